/*
 * Shows a program's system calls to a test, and lets a signal arrive just before one that waits.
 * Loaded with LD_PRELOAD; support/syscalls.py builds it. Variables:
 *
 * SYSCALLS_LOG=FILE    Append one line to FILE for each call of these functions that succeeded:
 *                          fsync PATH           also for fdatasync
 *                          rename OLD NEW       also for renameat and renameat2
 *                      and for each signal that this library has raised:
 *                          signal NUMBER PROCESS FUNCTION
 * SYSCALLS_SIGNAL=N    Raise signal N once, just before the process makes a system call that waits
 *                      (a read of an empty pipe, a poll, a wait for a child, a sleep). This process
 *                      only: its children do not see the variable. If N is SIGALRM, the timer that
 *                      is running expires then.
 * SYSCALLS_FORKED=N    The same in each fork that has the variable, but not in a process that was
 *                      started with it.
 * SYSCALLS_WHEN=NAME   Wait with the signal for a call of the function NAME (read, recv, recvmsg,
 *                      poll, select, waitpid, waitid or sleep), or with the name "child" for a wait
 *                      for a child: waitpid, waitid, or any that a handler of SIGCHLD ends.
 * SYSCALLS_AFTER=MS    Only before a call that would wait for longer than this (milliseconds).
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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* The process that was started, the signal for it, and the process that has raised one. */
static pid_t started, raised;
static int number, after;
static char when[16];

__attribute__((constructor)) static void begin(void)
{
    const char *value = getenv("SYSCALLS_SIGNAL");

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
}

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
    struct itimerval timer = {{0, 0}, {0, 1}};
    int one = number, saved = errno, child;
    char line[100];

    if (getpid() != started) {
        one = value ? atoi(value) : 0;
        name = getenv("SYSCALLS_WHEN");
    }
    child = !strncmp(function, "wait", 4) || handled(SIGCHLD);
    if (!one || raised == getpid() || !handled(one))
        return;
    if (name && *name && strcmp(name, function) && !(child && !strcmp(name, "child")))
        return;
    raised = getpid();
    snprintf(line, sizeof line, "signal %d %d %s\n", one, (int)getpid(), function);
    record(line);
    if (one == SIGALRM) {
        setitimer(ITIMER_REAL, &timer, NULL);
        do
            getitimer(ITIMER_REAL, &timer);
        while (timer.it_value.tv_sec || timer.it_value.tv_usec);
    } else {
        raise(one);
    }
    errno = saved;
}

/* For how long a call must wait (milliseconds); 0 if no signal is due. */
static int patience(void)
{
    const char *value = getenv("SYSCALLS_AFTER");

    if (getpid() == started || !getenv("SYSCALLS_FORKED"))
        return number ? after : 0;
    return value && raised != getpid() ? atoi(value) : 0;
}

/* Whether reading ``descriptor`` would wait. */
static int waits(int descriptor)
{
    struct pollfd one = {descriptor, POLLIN, 0};
    int flags = fcntl(descriptor, F_GETFL);

    return flags >= 0 && !(flags & O_NONBLOCK) && NEXT(poll)(&one, 1, patience()) == 0;
}

ssize_t read(int descriptor, void *buffer, size_t size)
{
    if (waits(descriptor))
        before("read");
    return NEXT(read)(descriptor, buffer, size);
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

    if ((timeout < 0 || timeout > limit) && NEXT(poll)(all, count, limit) == 0)
        before("poll");
    return NEXT(poll)(all, count, timeout);
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
        NEXT(select)(count, copies[0], copies[1], copies[2], &some) == 0)
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
