/* Sends its streams, directory, arguments and variables to the server at ADDRESS, as ForkServer.start
 * does, and ends as the fork did. This is CLIENT in forked.py for systems with a C compiler: Python
 * takes ten times as long to start. */

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define FAILED 99

extern char **environ;

/* Send the standard streams with one byte. */
static int send_streams(int server) {
    const int streams[] = {0, 1, 2};
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof streams)];
    } control = {.header = {CMSG_LEN(sizeof streams), SOL_SOCKET, SCM_RIGHTS}};
    struct iovec byte = {".", 1};
    struct msghdr message = {
        .msg_iov = &byte,
        .msg_iovlen = 1,
        .msg_control = control.space,
        .msg_controllen = sizeof control.space,
    };
    memcpy(CMSG_DATA(&control.header), streams, sizeof streams);
    return sendmsg(server, &message, 0) == 1;
}

int main(int argc, char **argv) {
    const struct sockaddr_un place = {.sun_family = AF_UNIX, .sun_path = ADDRESS};
    const char *slash = strrchr(argv[0], '/');
    char folder[PATH_MAX];
    int server = socket(AF_UNIX, SOCK_STREAM, 0), status = FAILED;
    if (connect(server, (const struct sockaddr *)&place, sizeof place) || !send_streams(server) ||
        !getcwd(folder, sizeof folder))
        _exit(FAILED);
    FILE *message = fdopen(server, "r+");
    fprintf(message, "%s%c%d%c%s", folder, 0, argc, 0, slash ? slash + 1 : argv[0]);
    for (char **text = argv + 1; *text; text++)
        fprintf(message, "%c%s", 0, *text);
    for (char **text = environ; *text; text++)
        fprintf(message, "%c%s", 0, *text);
    fflush(message);
    shutdown(server, SHUT_WR);
    if (fscanf(message, "%*d %d", &status) == 1 && status < 0) {
        signal(-status, SIG_DFL);
        kill(getpid(), -status);
    }
    _exit(status);
}
