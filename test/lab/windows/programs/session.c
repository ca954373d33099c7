/*
 * Stands in for logons, which Wine does not have.
 *   session logon USER SID ID SERVER [PROGRAM...]
 *     one session: loads the user's hive, runs the program of its Load value, then the programs,
 *     and stays until logoff ends them all
 *   session logoff USER
 *   session end NAME.EXE
 *     asks a program of the component directory to end
 * The hive is HKU\<SID> and exists only while the user is logged on, as on Windows. LOAD in the
 * environment is its Load value; an empty LOAD means none.
 */
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>

#define SESSIONS "SOFTWARE\\ServpackLab\\Sessions"
#define WINDOWS_KEY "Software\\Microsoft\\Windows NT\\CurrentVersion\\Windows"

static HANDLE job;

static void set_text(HKEY root, const char *path, const char *name, const char *value, DWORD options)
{
    HKEY key;
    if (RegCreateKeyExA(root, path, 0, NULL, options, KEY_ALL_ACCESS, NULL, &key, NULL)) return;
    RegSetValueExA(key, name, 0, REG_SZ, (const BYTE *)value, (DWORD)strlen(value) + 1);
    RegCloseKey(key);
}

static void load_hive(const char *user, const char *sid, const char *id, const char *server)
{
    char path[512], home[128], load[512] = "", logon_server[128];
    snprintf(home, sizeof home, "C:\\Users\\%s", user);
    CreateDirectoryA(home, NULL);
    snprintf(path, sizeof path, "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList\\%s", sid);
    set_text(HKEY_LOCAL_MACHINE, path, "ProfileImagePath", home, REG_OPTION_NON_VOLATILE);
    GetEnvironmentVariableA("LOAD", load, sizeof load);
    snprintf(path, sizeof path, "%s\\" WINDOWS_KEY, sid);
    set_text(HKEY_USERS, path, "Device", "", REG_OPTION_VOLATILE);
    if (*load) set_text(HKEY_USERS, path, "Load", load, REG_OPTION_VOLATILE);
    snprintf(path, sizeof path, "%s\\Volatile Environment", sid);
    set_text(HKEY_USERS, path, "USERNAME", user, REG_OPTION_VOLATILE);
    snprintf(logon_server, sizeof logon_server, "\\\\%s", server);
    set_text(HKEY_USERS, path, "LOGONSERVER", logon_server, REG_OPTION_VOLATILE);
    set_text(HKEY_USERS, path, "USERDOMAIN", "LAB", REG_OPTION_VOLATILE);
    /* One key per session, named by its number. */
    snprintf(path, sizeof path, "%s\\Volatile Environment\\%s", sid, id);
    set_text(HKEY_USERS, path, "SESSIONNAME", "Console", REG_OPTION_VOLATILE);
}

/* The values that quser reads: the number of the session and the time of the logon. */
static void record_session(const char *user, const char *id)
{
    char path[256], moment[32];
    SYSTEMTIME now;
    GetLocalTime(&now);
    snprintf(moment, sizeof moment, "%d/%d/%d %d:%02d %s", now.wMonth, now.wDay, now.wYear,
             now.wHour % 12 ? now.wHour % 12 : 12, now.wMinute, now.wHour < 12 ? "AM" : "PM");
    snprintf(path, sizeof path, SESSIONS "\\%s", user);
    set_text(HKEY_LOCAL_MACHINE, path, "Id", id, REG_OPTION_VOLATILE);
    set_text(HKEY_LOCAL_MACHINE, path, "LogonTime", moment, REG_OPTION_VOLATILE);
}

static HANDLE start(const char *command)
{
    char line[MAX_PATH];
    STARTUPINFOA startup = {sizeof startup};
    PROCESS_INFORMATION process;
    snprintf(line, sizeof line, "%s", command);
    if (!CreateProcessA(NULL, line, NULL, NULL, FALSE, CREATE_SUSPENDED, NULL, NULL, &startup, &process)) return NULL;
    AssignProcessToJobObject(job, process.hProcess);
    ResumeThread(process.hThread);
    CloseHandle(process.hThread);
    return process.hProcess;
}

/* Load lists programs, separated by blanks or commas. It is read from the hive, as at a logon. */
static void run_load(const char *sid)
{
    char path[512], load[512] = "";
    DWORD size = sizeof load;
    snprintf(path, sizeof path, "%s\\" WINDOWS_KEY, sid);
    if (RegGetValueA(HKEY_USERS, path, "Load", RRF_RT_REG_SZ, NULL, load, &size)) return;
    for (char *each = strtok(load, " ,"); each; each = strtok(NULL, " ,")) {
        HANDLE process = start(each);
        if (process) WaitForSingleObject(process, INFINITE);
    }
}

static HANDLE logoff_event(const char *user)
{
    char name[128];
    snprintf(name, sizeof name, "ServpackLab.Logoff.%s", user);
    return CreateEventA(NULL, TRUE, FALSE, name);
}

static int logon(int argc, char **argv)
{
    const char *user = argv[2], *sid = argv[3];
    char path[256];
    HANDLE end = logoff_event(user);
    job = CreateJobObjectA(NULL, NULL);
    load_hive(user, sid, argv[4], argv[5]);
    record_session(user, argv[4]);
    run_load(sid);
    for (int i = 6; i < argc; i++) start(argv[i]);
    printf("ready\n");
    fflush(stdout);
    WaitForSingleObject(end, INFINITE);
    TerminateJobObject(job, 0);
    RegDeleteTreeA(HKEY_USERS, sid);
    snprintf(path, sizeof path, SESSIONS "\\%s", user);
    RegDeleteTreeA(HKEY_LOCAL_MACHINE, path);
    return 0;
}

/* Waits until quser finds the session no more. The lab ends a wait that takes too long. */
static int logoff(const char *user)
{
    char path[256];
    HKEY key;
    SetEvent(logoff_event(user));
    snprintf(path, sizeof path, SESSIONS "\\%s", user);
    for (;;) {
        if (RegOpenKeyA(HKEY_LOCAL_MACHINE, path, &key)) return 0;
        RegCloseKey(key);
        Sleep(50);
    }
}

static int end_program(char *name)
{
    char event[MAX_PATH + 16];
    snprintf(event, sizeof event, "ServpackLab.End.%s", _strupr(name));
    HANDLE end = OpenEventA(EVENT_MODIFY_STATE, FALSE, event);
    return end && SetEvent(end) ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc > 5 && !strcmp(argv[1], "logon")) return logon(argc, argv);
    if (argc > 2 && !strcmp(argv[1], "logoff")) return logoff(argv[2]);
    if (argc > 2 && !strcmp(argv[1], "end")) return end_program(argv[2]);
    return 2;
}
