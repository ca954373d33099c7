/*
 * quser.exe, and `query user`: prints the sessions of the lab (session.c) in the layout of Windows.
 * Exit code 1 when there is none.
 */
#include <windows.h>
#include <stdio.h>

#define SESSIONS "SOFTWARE\\ServpackLab\\Sessions"

static void read_text(const char *user, const char *name, char *value, DWORD size)
{
    char path[256];
    snprintf(path, sizeof path, SESSIONS "\\%s", user);
    RegGetValueA(HKEY_LOCAL_MACHINE, path, name, RRF_RT_REG_SZ, NULL, value, &size);
}

int main(int argc, char **argv)
{
    HKEY sessions = NULL;
    char user[64], id[16], since[32];
    int found = 0;

    if (strstr(argv[0], "query") && (argc < 2 || _stricmp(argv[1], "user"))) {
        fprintf(stderr, "QUERY { PROCESS | SESSION | TERMSERVER | USER }\n");
        return 1;
    }
    RegOpenKeyA(HKEY_LOCAL_MACHINE, SESSIONS, &sessions);
    while (sessions && !RegEnumKeyA(sessions, (DWORD)found, user, sizeof user)) {
        *id = *since = 0;
        read_text(user, "Id", id, sizeof id);
        read_text(user, "LogonTime", since, sizeof since);
        if (found++ == 0) printf(" USERNAME              SESSIONNAME        ID  STATE   IDLE TIME  LOGON TIME\n");
        printf(" %-22s%-18s%3s  %-8s%9s  %s\n", user, "console", id, "Active", "none", since);
    }
    if (found == 0) fprintf(stderr, "No User exists for *\n");
    return found > 0 ? 0 : 1;
}
