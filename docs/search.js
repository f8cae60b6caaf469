// The search box of the manual. tools/site.py puts PAGES before this: for each page its address, its
// name, its summary, other words for what it does, the words that it contains, and whether it is a
// topic. It finds what iamcli list finds, and needs neither a server nor the network.

const form = document.querySelector("form");
const results = document.querySelector("#results");
const LIMIT = 40;

// How well a page matches a word: by its name, its summary, other words for it or, if wanted, its
// text; 0 if it does not.
function score([, name, summary, others, text], word, inText) {
    const bare = name.replace(/^iam-/, "");
    if (name === word || bare === word) return 9;
    const stem = word.replace(/^(.{3,}?)(ies|s)$/, "$1");
    if (bare.startsWith(stem)) return 6;
    if (name.includes(stem)) return 4;
    if (summary.toLowerCase().includes(stem)) return 3;
    return (inText ? text : others).includes(` ${stem}`) ? 1 : 0;
}

// The pages that match all words, the best first.
function matching(words, pages, inText) {
    return pages.map(page => [page, words.map(word => score(page, word, inText))])
        .filter(([, scores]) => scores.every(Boolean))
        .map(([page, scores]) => [page, scores.reduce((sum, one) => sum + one, 0)])
        .sort(([, one], [, other]) => other - one)
        .map(([page]) => page);
}

// The commands by name, summary and other words; if there is none, all pages, also by their text.
function found(words) {
    const commands = matching(words, PAGES.filter(([, , , , , topic]) => !topic), false);
    return commands.length ? commands : matching(words, PAGES, true);
}

function row([address, name, summary]) {
    const link = Object.assign(document.createElement("a"), {href: address, textContent: name});
    const text = Object.assign(document.createElement("span"), {textContent: summary});
    const item = document.createElement("li");
    item.append(link, text);
    return item;
}

function show() {
    const words = form.q.value.toLowerCase().split(/[\s"']+/).filter(Boolean);
    const pages = words.length ? found(words) : [];
    const rows = pages.slice(0, LIMIT).map(row);
    if (words.length && !rows.length) {
        rows.push(Object.assign(document.createElement("li"), {textContent: "No page matches."}));
    }
    results.replaceChildren(...rows);
    results.hidden = !rows.length;
}

// From the box and between results, with the arrow keys.
function move(step) {
    const stops = [form.q, ...results.querySelectorAll("a")];
    const next = stops[stops.indexOf(document.activeElement) + step];
    if (next) next.focus();
}

form.hidden = false;
form.addEventListener("input", show);
form.addEventListener("submit", event => {
    event.preventDefault();
    results.querySelector("a")?.click();
});
document.addEventListener("keydown", event => {
    const searching = form.contains(event.target) || results.contains(event.target);
    if (event.key === "/" && !searching && !event.ctrlKey && !event.altKey && !event.metaKey) {
        form.q.focus();
    } else if (event.key === "Escape" && searching) {
        form.q.value = "";
        form.q.focus();
        show();
    } else if (searching && ["ArrowDown", "ArrowUp"].includes(event.key)) {
        move(event.key === "ArrowDown" ? 1 : -1);
    } else {
        return;
    }
    event.preventDefault();
});
