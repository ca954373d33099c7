/*
 * shutdown.exe: Wine's own does nothing. This one writes C:\LAB\RESTART.REQ. The lab watches for
 * the file, ends the client's sshd and processes, and boots the client again. With /t the lab waits
 * so long before; /a removes the request.
 */
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>

#define REQUEST "C:\\LAB\\RESTART.REQ"

static int usage(void)
{
    printf("Usage: shutdown [/r | /s | /a] [/f] [/t xxx] [/c \"comment\"]\n");
    return 1;
}

/*
 * The lab removes the file once its line is whole. A rename would fail (error 8) when the lab is
 * faster than the end of the rename.
 */
static int leave_request(const char *what, int seconds)
{
    FILE *file = fopen(REQUEST, "w");
    if (!file) return ERROR_ACCESS_DENIED;
    fprintf(file, "%s %d\n", what, seconds);
    return fclose(file) ? ERROR_WRITE_FAULT : 0;
}

int main(int argc, char **argv)
{
    const char *what = NULL;
    int seconds = 30;

    for (int i = 1; i < argc; i++) {
        if (argv[i][0] != '/' && argv[i][0] != '-') continue;
        switch (argv[i][1] | 0x20) {
        case 'r': what = "restart"; break;
        case 's': what = "off"; break;
        case 'a': what = "abort"; break;
        case 't': seconds = ++i < argc ? atoi(argv[i]) : seconds; break;
        case 'c': case 'd': i++; break;
        case 'f': break;
        default: return usage();
        }
    }
    if (!what) return usage();
    if (strcmp(what, "abort")) return leave_request(what, seconds);
    return DeleteFileA(REQUEST) ? 0 : 1116; /* ERROR_NO_SHUTDOWN_IN_PROGRESS */
}
