/*
 * PCMSVC32.EXE: the Package Command Manager as a real service. It runs from any directory, writes a
 * line to C:\LAB\PCMSVC.LOG when it starts and stops, and reads two troubles from
 * HKLM\SOFTWARE\ServpackLab:
 *   StopSeconds   how long it needs to stop
 *   StaysHome     starts from this directory only
 */
#include <windows.h>
#include <stdio.h>

static SERVICE_STATUS_HANDLE handle;
static HANDLE stopping;
static char image[MAX_PATH];

static void note(const char *what)
{
    SYSTEMTIME now;
    FILE *file = fopen("C:\\LAB\\PCMSVC.LOG", "a");
    if (!file) return;
    GetLocalTime(&now);
    fprintf(file, "%02d:%02d:%02d %s %s\n", now.wHour, now.wMinute, now.wSecond, what, image);
    fclose(file);
}

static void report(DWORD state, DWORD error)
{
    SERVICE_STATUS status = {SERVICE_WIN32_OWN_PROCESS, state, 0, error, 0, 0, 0};
    status.dwControlsAccepted = state == SERVICE_RUNNING ? SERVICE_ACCEPT_STOP | SERVICE_ACCEPT_SHUTDOWN : 0;
    status.dwWaitHint = state == SERVICE_RUNNING || state == SERVICE_STOPPED ? 0 : 30000;
    SetServiceStatus(handle, &status);
}

static DWORD WINAPI control(DWORD code, DWORD type, void *data, void *context)
{
    (void)type, (void)data, (void)context;
    if (code == SERVICE_CONTROL_INTERROGATE) return NO_ERROR;
    if (code != SERVICE_CONTROL_STOP && code != SERVICE_CONTROL_SHUTDOWN) return ERROR_CALL_NOT_IMPLEMENTED;
    report(SERVICE_STOP_PENDING, NO_ERROR);
    SetEvent(stopping);
    return NO_ERROR;
}

static DWORD stop_seconds(void)
{
    DWORD seconds = 0, size = sizeof seconds;
    RegGetValueA(HKEY_LOCAL_MACHINE, "SOFTWARE\\ServpackLab", "StopSeconds", RRF_RT_REG_DWORD, NULL, &seconds, &size);
    return seconds;
}

static BOOL is_away_from_home(void)
{
    char home[MAX_PATH] = "";
    DWORD size = sizeof home;
    RegGetValueA(HKEY_LOCAL_MACHINE, "SOFTWARE\\ServpackLab", "StaysHome", RRF_RT_REG_SZ, NULL, home, &size);
    return *home && _strnicmp(image, home, strlen(home)) != 0;
}

static void WINAPI service_main(DWORD argc, char **argv)
{
    handle = RegisterServiceCtrlHandlerExA(argc > 0 ? argv[0] : "", control, NULL);
    if (!handle) return;
    report(SERVICE_START_PENDING, NO_ERROR);
    stopping = CreateEventA(NULL, TRUE, FALSE, NULL);
    if (is_away_from_home()) {
        note("does not start from");
        report(SERVICE_STOPPED, ERROR_PATH_NOT_FOUND);
        return;
    }
    note("runs from");
    report(SERVICE_RUNNING, NO_ERROR);
    WaitForSingleObject(stopping, INFINITE);
    Sleep(stop_seconds() * 1000);
    note("has stopped in");
    report(SERVICE_STOPPED, NO_ERROR);
}

int main(void)
{
    SERVICE_TABLE_ENTRYA table[] = {{"", service_main}, {NULL, NULL}};
    GetModuleFileNameA(NULL, image, sizeof image);
    if (StartServiceCtrlDispatcherA(table)) return 0;
    printf("This program is a service, error %lu.\n", GetLastError());
    return 2;
}
