// The search box of the manual. tools/site.py puts PAGES before this: for each page its address, its
// name, its summary, and other words that it contains. It needs neither a server nor the network.

const form = document.querySelector("form");
const results = document.querySelector("#results");
const LIMIT = 12;

// How well a page matches a word: by its name, its summary or its text; 0 if it does not.
function score([, name, summary, text], word) {
    const bare = name.replace(/^iam-/, "");
    if (name === word || bare === word) return 9;
    if (bare.startsWith(word)) return 6;
    if (name.includes(word)) return 4;
    if (summary.toLowerCase().includes(word)) return 3;
    return text.includes(` ${word}`) ? 1 : 0;
}

// The pages that match all words, the best first.
function found(words) {
    return PAGES.map(page => [page, words.map(word => score(page, word))])
        .filter(([, scores]) => scores.every(Boolean))
        .map(([page, scores]) => [page, scores.reduce((sum, one) => sum + one, 0)])
        .sort(([, one], [, other]) => other - one)
        .map(([page]) => page);
}

function row([address, name, summary]) {
    const link = Object.assign(document.createElement("a"), {href: address, textContent: name});
    const text = Object.assign(document.createElement("span"), {textContent: summary});
    const item = document.createElement("li");
    item.append(link, text);
    return item;
}

function show() {
    const words = form.q.value.toLowerCase().split(/\s+/).filter(Boolean);
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
