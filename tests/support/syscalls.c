/*
 * Shows a program's system calls to a test, and lets a signal arrive just before one that waits.
 * Loaded with LD_PRELOAD; support/syscalls.py builds it. Variables:
 *
 * SYSCALLS_LOG=FILE    Append one line to FILE for each call of these functions that succeeded:
 *                          fsync PATH           also for fdatasync
 *                          rename OLD NEW       also for renameat and renameat2
 *                      for each signal that this library has raised:
 *                          signal NUMBER PROCESS FUNCTION
 *                      for each program that starts, how it finds SIGALRM:
 *                          start PROGRAM default|ignored free|blocked timer|none
 *                      and for each open or stat of a regular file while a timer runs again and again:
 *                          timer FUNCTION PATH
 * SYSCALLS_DRAIN=MS    The terminal needs this time to show what was written, before its modes can be
 *                      set; a signal with a handler ends that.
 * SYSCALLS_SIGNAL=N    Raise signal N once, just before the process makes a system call that waits
 *                      (a read of an empty pipe, a poll, a wait for a child, a sleep). This process
 *                      only: its children do not see the variable.
 * SYSCALLS_FORKED=N    The same in each fork that has the variable, but not in a process that was
 *                      started with it.
 * SYSCALLS_WHEN=NAME   Wait with the signal for a call of the function NAME (open of a named pipe,
 *                      read, recv, recvmsg, write, poll, select, waitpid, waitid or sleep), or with
 *                      the name "child" for a wait for a child: waitpid or waitid.
 * SYSCALLS_AFTER=MS    Only before a call that would wait for longer than this (milliseconds), or that
 *                      would be made again and again meanwhile.
 *
 * Signals without a handler are not raised, because the kernel loses none of them. The timing of the
 * machine makes no difference: the signal always comes after the program's last check for signals,
 * and before the kernel begins to wait.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* The process that was started, the signal for it, and the process that has raised one. */
static pid_t started, raised;
static int number, after;
static char when[16];

static void record(const char *line)
{
    const char *name = getenv("SYSCALLS_LOG");
    int saved = errno, file;

    if (name && (file = open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) >= 0) {
        if (write(file, line, strlen(line)) < 0)
            abort();
        close(file);
    }
    errno = saved;
}

__attribute__((constructor)) static void begin(void)
{
    const char *value = getenv("SYSCALLS_SIGNAL");
    struct sigaction action;
    struct itimerval timer;
    sigset_t mask;
    char line[100];

    started = getpid();
    number = value ? atoi(value) : 0;
    if (value && getenv("SYSCALLS_WHEN"))
        snprintf(when, sizeof when, "%s", getenv("SYSCALLS_WHEN"));
    if (value && getenv("SYSCALLS_AFTER"))
        after = atoi(getenv("SYSCALLS_AFTER"));
    if (value) {
        unsetenv("SYSCALLS_WHEN");
        unsetenv("SYSCALLS_AFTER");
    }
    unsetenv("SYSCALLS_SIGNAL");
    sigaction(SIGALRM, NULL, &action);
    sigprocmask(SIG_BLOCK, NULL, &mask);
    getitimer(ITIMER_REAL, &timer);
    snprintf(line, sizeof line, "start %s %s %s %s\n", program_invocation_short_name,
             action.sa_handler == SIG_IGN ? "ignored" : "default",
             sigismember(&mask, SIGALRM) ? "blocked" : "free",
             timer.it_value.tv_sec || timer.it_value.tv_usec ? "timer" : "none");
    record(line);
}

static int handled(int one)
{
    struct sigaction action;

    return sigaction(one, NULL, &action) == 0 && action.sa_handler != SIG_DFL &&
           action.sa_handler != SIG_IGN;
}

/* Raise the signal, if it is due before a call of ``function``, which waits. */
static void before(const char *function)
{
    const char *value = getenv("SYSCALLS_FORKED"), *name = when;
    int one = number, saved = errno;
    char line[100];

    if (getpid() != started) {
        one = value ? atoi(value) : 0;
        name = getenv("SYSCALLS_WHEN");
    }
    if (!one || raised == getpid() || !handled(one))
        return;
    if (name && *name && strcmp(name, function) &&
        (strcmp(name, "child") || strncmp(function, "wait", 4)))
        return;
    raised = getpid();
    snprintf(line, sizeof line, "signal %d %d %s\n", one, (int)getpid(), function);
    record(line);
    raise(one);
    errno = saved;
}

/* For how long a call must wait (milliseconds); 0 if no signal is due. */
static int patience(void)
{
    const char *value = getenv("SYSCALLS_AFTER");

    if (getpid() == started || !getenv("SYSCALLS_FORKED"))
        return number && raised != started ? after : 0;
    return value && raised != getpid() ? atoi(value) : 0;
}

static int64_t now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000LL + time.tv_nsec / 1000000;
}

/* poll(2) until ``limit`` (milliseconds), also if a signal comes. */
static int polled(struct pollfd *all, nfds_t count, int limit)
{
    int64_t end = now() + limit;
    int found;

    while ((found = NEXT(poll)(all, count, limit)) < 0 && errno == EINTR)
        limit = end > now() ? end - now() : 0;
    return found;
}

/* Whether reading ``descriptor`` would wait. */
static int waits(int descriptor)
{
    struct pollfd one = {descriptor, POLLIN, 0};
    int flags = fcntl(descriptor, F_GETFL);

    return flags >= 0 && !(flags & O_NONBLOCK) && polled(&one, 1, patience()) == 0;
}

ssize_t read(int descriptor, void *buffer, size_t size)
{
    if (waits(descriptor))
        before("read");
    return NEXT(read)(descriptor, buffer, size);
}

ssize_t write(int descriptor, const void *content, size_t size)
{
    struct pollfd one = {descriptor, POLLOUT, 0};
    int flags = fcntl(descriptor, F_GETFL);

    if (flags >= 0 && !(flags & O_NONBLOCK) && polled(&one, 1, patience()) == 0)
        before("write");
    return NEXT(write)(descriptor, content, size);
}

/* What ``path`` is; 0 if it does not exist. */
static mode_t kind(const char *path)
{
    struct stat found;
    int saved = errno;
    mode_t mode = fstatat(AT_FDCWD, path, &found, 0) ? 0 : found.st_mode & S_IFMT;

    errno = saved;
    return mode;
}

/* Record that a file is used as ``function`` does, if the timer runs. */
static void used(const char *function, const char *path)
{
    struct itimerval timer;
    char line[PATH_MAX + 32];

    if (kind(path) != S_IFREG)
        return;
    if (!getitimer(ITIMER_REAL, &timer) && (timer.it_interval.tv_sec || timer.it_interval.tv_usec)) {
        snprintf(line, sizeof line, "timer %s %s\n", function, path);
        record(line);
    }
}

/* Python uses files with the first two of these functions, and OpenSSL with the other two. */
int open64(const char *path, int flags, ...)
{
    va_list more;
    mode_t mode;

    va_start(more, flags);
    mode = va_arg(more, int);
    va_end(more);
    if (!(flags & O_NONBLOCK) && kind(path) == S_IFIFO)
        before("open");
    used("open", path);
    return NEXT(open64)(path, flags, mode);
}

int stat64(const char *path, struct stat64 *found)
{
    used("stat", path);
    return NEXT(stat64)(path, found);
}

FILE *fopen(const char *path, const char *mode)
{
    used("fopen", path);
    return NEXT(fopen)(path, mode);
}

FILE *fopen64(const char *path, const char *mode)
{
    used("fopen", path);
    return NEXT(fopen64)(path, mode);
}

ssize_t recv(int descriptor, void *buffer, size_t size, int flags)
{
    if (!(flags & MSG_DONTWAIT) && waits(descriptor))
        before("recv");
    return NEXT(recv)(descriptor, buffer, size, flags);
}

ssize_t recvmsg(int descriptor, struct msghdr *message, int flags)
{
    if (!(flags & MSG_DONTWAIT) && waits(descriptor))
        before("recvmsg");
    return NEXT(recvmsg)(descriptor, message, flags);
}

int poll(struct pollfd *all, nfds_t count, int timeout)
{
    int limit = patience();

    if (timeout && polled(all, count, limit) == 0)
        before("poll");
    return NEXT(poll)(all, count, timeout);
}

/* select(2) until ``limit``, also if a signal comes: Linux then leaves the rest of it there. */
static int selected(int count, fd_set **sets, struct timeval *limit)
{
    int found;

    while ((found = NEXT(select)(count, sets[0], sets[1], sets[2], limit)) < 0 && errno == EINTR)
        continue;
    return found;
}

int select(int count, fd_set *readable, fd_set *writable, fd_set *others, struct timeval *timeout)
{
    fd_set sets[3];
    fd_set *given[3] = {readable, writable, others}, *copies[3];
    int limit = patience();
    struct timeval some = {limit / 1000, limit % 1000 * 1000};

    for (int at = 0; at < 3; at++) {
        copies[at] = given[at] ? &sets[at] : NULL;
        if (given[at])
            sets[at] = *given[at];
    }
    if ((!timeout || timeout->tv_sec * 1000 + timeout->tv_usec / 1000 > limit ||
         (!limit && timeout->tv_usec)) &&
        selected(count, copies, &some) == 0)
        before("select");
    return NEXT(select)(count, readable, writable, others, timeout);
}

pid_t waitpid(pid_t process, int *status, int options)
{
    siginfo_t info = {0};
    idtype_t kind = process > 0 ? P_PID : P_ALL;

    if (!(options & WNOHANG) &&
        NEXT(waitid)(kind, process > 0 ? process : 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
        info.si_pid == 0)
        before("waitpid");
    return NEXT(waitpid)(process, status, options);
}

int waitid(idtype_t kind, id_t id, siginfo_t *found, int options)
{
    siginfo_t info = {0};

    if (!(options & WNOHANG) &&
        NEXT(waitid)(kind, id, &info, (options & ~WNOWAIT) | WNOHANG | WNOWAIT) == 0 &&
        info.si_pid == 0)
        before("waitid");
    return NEXT(waitid)(kind, id, found, options);
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *time, struct timespec *left)
{
    before("sleep");
    return NEXT(clock_nanosleep)(clock, flags, time, left);
}

int tcsetattr(int descriptor, int when, const struct termios *modes)
{
    static int64_t end;
    const char *value = getenv("SYSCALLS_DRAIN");
    struct timespec time = {0, 0};

    end = end ? end : now() + (value ? atoi(value) : 0);
    while (end > now()) {
        time.tv_nsec = (end - now()) % 1000 * 1000000;
        if (NEXT(nanosleep)(&time, NULL))
            return -1;
    }
    end = 0;
    return NEXT(tcsetattr)(descriptor, when, modes);
}

static int synchronized(int descriptor, int result)
{
    char link[64], path[PATH_MAX], line[PATH_MAX + 16];
    ssize_t size;

    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    size = readlink(link, path, sizeof path - 1);
    if (result == 0 && size > 0) {
        snprintf(line, sizeof line, "fsync %.*s\n", (int)size, path);
        record(line);
    }
    return result;
}

int fsync(int descriptor)
{
    return synchronized(descriptor, NEXT(fsync)(descriptor));
}

int fdatasync(int descriptor)
{
    return synchronized(descriptor, NEXT(fdatasync)(descriptor));
}

static int renamed(const char *old, const char *new, int result)
{
    char line[2 * PATH_MAX + 16];

    if (result == 0) {
        snprintf(line, sizeof line, "rename %s %s\n", old, new);
        record(line);
    }
    return result;
}

int rename(const char *old, const char *new)
{
    return renamed(old, new, NEXT(rename)(old, new));
}

int renameat(int from, const char *old, int to, const char *new)
{
    return renamed(old, new, NEXT(renameat)(from, old, to, new));
}

int renameat2(int from, const char *old, int to, const char *new, unsigned int flags)
{
    return renamed(old, new, NEXT(renameat2)(from, old, to, new, flags));
}
