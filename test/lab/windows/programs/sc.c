/*
 * sc.exe on the real service control manager. Wine's own has no qc, config, queryex and enumdepend.
 * This one prints the layout of Windows, as public transcripts show it.
 */
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>

static char buffer[262144];
static SC_HANDLE manager;

static const char *state_name(DWORD state)
{
    static const char *const names[] = {"", "STOPPED", "START_PENDING", "STOP_PENDING", "RUNNING",
                                        "CONTINUE_PENDING", "PAUSE_PENDING", "PAUSED"};
    return state < ARRAYSIZE(names) ? names[state] : "";
}

static const char *start_name(DWORD start)
{
    static const char *const names[] = {"BOOT_START", "SYSTEM_START", "AUTO_START", "DEMAND_START", "DISABLED"};
    return start < ARRAYSIZE(names) ? names[start] : "";
}

static const char *type_name(DWORD type)
{
    return type & SERVICE_WIN32_SHARE_PROCESS ? "WIN32_SHARE_PROCESS"
           : type & SERVICE_WIN32_OWN_PROCESS ? "WIN32_OWN_PROCESS"
                                              : "KERNEL_DRIVER";
}

static int failed_with(const char *call, DWORD error)
{
    char text[512] = "";
    FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL, error, 0, text, sizeof text, NULL);
    printf("[SC] %s FAILED %lu:\n\n%s\n", call, error, text);
    return (int)error;
}

static int failed(const char *call) { return failed_with(call, GetLastError()); }

static int done(const char *call)
{
    printf("[SC] %s SUCCESS\n", call);
    return 0;
}

/* The word after `name=`: sc demands a space there, so the value is an argument of its own. */
static const char *option(int argc, char **argv, const char *name)
{
    for (int i = 3; i + 1 < argc; i++)
        if (!_stricmp(argv[i], name)) return argv[i + 1];
    return NULL;
}

static DWORD start_type(const char *text)
{
    static const char *const words[] = {"boot", "system", "auto", "demand", "disabled"};
    if (!text) return SERVICE_NO_CHANGE;
    for (DWORD i = 0; i < ARRAYSIZE(words); i++)
        if (!_stricmp(text, words[i])) return i;
    return 99;
}

/*
 * "A/B" as the two strings and the empty one that the service control manager expects; "/" alone
 * means none.
 */
static const char *dependencies(const char *text)
{
    static char list[1024];
    size_t length = text ? strlen(text) : 0;
    if (!text || length + 2 > sizeof list) return NULL;
    memset(list, 0, sizeof list);
    memcpy(list, text, length);
    for (size_t i = 0; i < length; i++)
        if (list[i] == '/') list[i] = 0;
    return list;
}

static void print_status(const char *name, const char *title, const SERVICE_STATUS_PROCESS *status, BOOL extended)
{
    DWORD controls = status->dwControlsAccepted;
    printf("\nSERVICE_NAME: %s \n", name);
    if (title) printf("DISPLAY_NAME: %s\n", title);
    printf("        TYPE               : %lx  %s  \n", status->dwServiceType, type_name(status->dwServiceType));
    printf("        STATE              : %lu  %s \n", status->dwCurrentState, state_name(status->dwCurrentState));
    printf("                                (%s, NOT_PAUSABLE, %s)\n",
           controls & SERVICE_ACCEPT_STOP ? "STOPPABLE" : "NOT_STOPPABLE",
           controls & SERVICE_ACCEPT_SHUTDOWN ? "ACCEPTS_SHUTDOWN" : "IGNORES_SHUTDOWN");
    printf("        WIN32_EXIT_CODE    : %lu  (0x%lx)\n", status->dwWin32ExitCode, status->dwWin32ExitCode);
    printf("        SERVICE_EXIT_CODE  : %lu  (0x%lx)\n", status->dwServiceSpecificExitCode,
           status->dwServiceSpecificExitCode);
    printf("        CHECKPOINT         : 0x%lx\n", status->dwCheckPoint);
    printf("        WAIT_HINT          : 0x%lx\n", status->dwWaitHint);
    if (extended) printf("        PID                : %lu\n        FLAGS              : \n", status->dwProcessId);
}

static int query_all(int argc, char **argv, BOOL extended)
{
    DWORD wanted = SERVICE_ACTIVE, needed, count, resume = 0;
    for (int i = 2; i + 1 < argc; i++)
        if (!_stricmp(argv[i], "state="))
            wanted = !_stricmp(argv[i + 1], "all")        ? SERVICE_STATE_ALL
                     : !_stricmp(argv[i + 1], "inactive") ? SERVICE_INACTIVE
                                                          : SERVICE_ACTIVE;
    if (!EnumServicesStatusExA(manager, SC_ENUM_PROCESS_INFO, SERVICE_WIN32, wanted, (BYTE *)buffer, sizeof buffer,
                               &needed, &count, &resume, NULL))
        return failed("EnumServicesStatusEx");
    const ENUM_SERVICE_STATUS_PROCESSA *each = (const void *)buffer;
    for (DWORD i = 0; i < count; i++)
        print_status(each[i].lpServiceName, each[i].lpDisplayName, &each[i].ServiceStatusProcess, extended);
    return 0;
}

static int query(SC_HANDLE service, const char *name, BOOL extended)
{
    SERVICE_STATUS_PROCESS status;
    DWORD needed;
    if (!QueryServiceStatusEx(service, SC_STATUS_PROCESS_INFO, (BYTE *)&status, sizeof status, &needed))
        return failed("QueryServiceStatusEx");
    print_status(name, NULL, &status, extended);
    return 0;
}

/*
 * The strings of DependOnService, one after the other, and an empty one: Wine's QueryServiceConfig
 * leaves them out.
 */
static const char *needed_by(const char *name)
{
    static char list[1024];
    char path[512];
    DWORD size = sizeof list - 2;
    memset(list, 0, sizeof list);
    snprintf(path, sizeof path, "SYSTEM\\CurrentControlSet\\Services\\%s", name);
    RegGetValueA(HKEY_LOCAL_MACHINE, path, "DependOnService", RRF_RT_REG_MULTI_SZ, NULL, list, &size);
    return list;
}

static void print_dependencies(const char *name)
{
    const char *each = needed_by(name);
    printf("        DEPENDENCIES       : %s\n", each);
    while (*each && *(each += strlen(each) + 1)) printf("                           : %s\n", each);
}

static int query_config(SC_HANDLE service, const char *name)
{
    QUERY_SERVICE_CONFIGA *config = (void *)buffer;
    DWORD needed;
    if (!QueryServiceConfigA(service, config, 8192, &needed)) return failed("QueryServiceConfig");
    done("QueryServiceConfig");
    printf("\nSERVICE_NAME: %s\n", name);
    printf("        TYPE               : %lx  %s \n", config->dwServiceType, type_name(config->dwServiceType));
    printf("        START_TYPE         : %lu   %s\n", config->dwStartType, start_name(config->dwStartType));
    printf("        ERROR_CONTROL      : %lu   %s\n", config->dwErrorControl, config->dwErrorControl ? "NORMAL" : "IGNORE");
    printf("        BINARY_PATH_NAME   : %s  \n", config->lpBinaryPathName);
    printf("        LOAD_ORDER_GROUP   : %s  \n", config->lpLoadOrderGroup ? config->lpLoadOrderGroup : "");
    printf("        TAG                : %lu  \n", config->dwTagId);
    printf("        DISPLAY_NAME       : %s  \n", config->lpDisplayName);
    print_dependencies(name);
    printf("        SERVICE_START_NAME : %s  \n", config->lpServiceStartName ? config->lpServiceStartName : "");
    return 0;
}

static BOOL depends_on(const char *dependant, const char *name)
{
    for (const char *each = needed_by(dependant); *each; each += strlen(each) + 1)
        if (!_stricmp(each, name)) return TRUE;
    return FALSE;
}

/*
 * Marks the services that depend on this one, directly or not, and lists each after those that
 * depend on it: the reverse order of their starts, as EnumDependentServices does (ReactOS,
 * Int_EnumDependentServicesW).
 */
static DWORD add_dependants(const ENUM_SERVICE_STATUS_PROCESSA *all, DWORD count, const char *name, BOOL *marked,
                            DWORD *order, DWORD found)
{
    for (DWORD i = 0; i < count; i++) {
        if (marked[i] || !depends_on(all[i].lpServiceName, name)) continue;
        marked[i] = TRUE;
        found = add_dependants(all, count, all[i].lpServiceName, marked, order, found);
        order[found++] = i;
    }
    return found;
}

/* Wine's EnumDependentServices finds no service, so this reads the dependencies of each one. */
static int enumerate_dependants(const char *name)
{
    DWORD needed, count, resume = 0;
    if (!EnumServicesStatusExA(manager, SC_ENUM_PROCESS_INFO, SERVICE_WIN32, SERVICE_STATE_ALL, (BYTE *)buffer,
                               sizeof buffer, &needed, &count, &resume, NULL))
        return failed("EnumDependentServices");
    const ENUM_SERVICE_STATUS_PROCESSA *all = (const void *)buffer;
    BOOL *marked = calloc(count + 1, sizeof *marked);
    DWORD *order = calloc(count + 1, sizeof *order);
    if (!marked || !order) return failed_with("EnumDependentServices", ERROR_NOT_ENOUGH_MEMORY);
    DWORD found = add_dependants(all, count, name, marked, order, 0);
    printf("Enum: entriesRead  = %lu\n", found);
    for (DWORD i = 0; i < found; i++) {
        const ENUM_SERVICE_STATUS_PROCESSA *each = &all[order[i]];
        print_status(each->lpServiceName, each->lpDisplayName, &each->ServiceStatusProcess, FALSE);
    }
    return 0;
}

/* As on Windows, and not in Wine: a service does not stop while a running service depends on it. */
static BOOL is_needed(const char *name)
{
    DWORD needed, count, resume = 0;
    if (!EnumServicesStatusExA(manager, SC_ENUM_PROCESS_INFO, SERVICE_WIN32, SERVICE_ACTIVE, (BYTE *)buffer,
                               sizeof buffer, &needed, &count, &resume, NULL))
        return FALSE;
    const ENUM_SERVICE_STATUS_PROCESSA *each = (const void *)buffer;
    for (DWORD i = 0; i < count; i++)
        if (depends_on(each[i].lpServiceName, name)) return TRUE;
    return FALSE;
}

static int create(int argc, char **argv)
{
    const char *start = option(argc, argv, "start=");
    SC_HANDLE service = CreateServiceA(manager, argv[2], option(argc, argv, "DisplayName="), SERVICE_ALL_ACCESS,
                                       SERVICE_WIN32_OWN_PROCESS, start ? start_type(start) : SERVICE_DEMAND_START,
                                       SERVICE_ERROR_NORMAL, option(argc, argv, "binPath="),
                                       option(argc, argv, "group="), NULL, dependencies(option(argc, argv, "depend=")),
                                       option(argc, argv, "obj="), option(argc, argv, "password="));
    return service ? done("CreateService") : failed("CreateService");
}

static const char *description_of(const char *name)
{
    static char text[1024];
    char path[512];
    DWORD size = sizeof text;
    snprintf(path, sizeof path, "SYSTEM\\CurrentControlSet\\Services\\%s", name);
    return RegGetValueA(HKEY_LOCAL_MACHINE, path, "Description", RRF_RT_REG_SZ, NULL, text, &size) ? NULL : text;
}

/*
 * Settings that are not named stay as they are. Wine drops two of them: the dependencies, so they
 * are always named; and a description that was written straight into the registry, so it is set
 * again.
 */
static int configure(SC_HANDLE service, int argc, char **argv)
{
    SERVICE_DESCRIPTIONA description = {(char *)description_of(argv[2])};
    const char *depend = option(argc, argv, "depend=");
    DWORD start = start_type(option(argc, argv, "start="));
    if (start == 99) {
        printf("ERROR:  Invalid start= field\n");
        return ERROR_INVALID_COMMAND_LINE;
    }
    if (!ChangeServiceConfigA(service, SERVICE_NO_CHANGE, start, SERVICE_NO_CHANGE, option(argc, argv, "binPath="),
                              option(argc, argv, "group="), NULL,
                              depend ? dependencies(depend) : needed_by(argv[2]), option(argc, argv, "obj="),
                              option(argc, argv, "password="), option(argc, argv, "DisplayName=")))
        return failed("ChangeServiceConfig");
    if (description.lpDescription) ChangeServiceConfig2A(service, SERVICE_CONFIG_DESCRIPTION, &description);
    return done("ChangeServiceConfig");
}

static int start(SC_HANDLE service, const char *name)
{
    if (!StartServiceA(service, 0, NULL)) return failed("StartService");
    return query(service, name, TRUE);
}

static int stop(SC_HANDLE service, const char *name)
{
    SERVICE_STATUS status;
    if (is_needed(name)) return failed_with("ControlService", ERROR_DEPENDENT_SERVICES_RUNNING);
    if (!ControlService(service, SERVICE_CONTROL_STOP, &status)) return failed("ControlService");
    return query(service, name, FALSE);
}

int main(int argc, char **argv)
{
    const char *verb = argc > 1 ? argv[1] : "", *name = argc > 2 ? argv[2] : "";
    BOOL extended = !_stricmp(verb, "queryex"), asks = extended || !_stricmp(verb, "query");
    SC_HANDLE service;

    manager = OpenSCManagerA(NULL, NULL, SC_MANAGER_ALL_ACCESS);
    if (!manager) return failed("OpenSCManager");
    if (asks && (argc < 3 || (*name && name[strlen(name) - 1] == '='))) return query_all(argc, argv, extended);
    if (argc < 3) {
        printf("DESCRIPTION:\n        SC is a command line program used for communicating with the\n"
               "        Service Control Manager and services.\n");
        return ERROR_INVALID_COMMAND_LINE;
    }
    if (!_stricmp(verb, "create")) return create(argc, argv);
    service = OpenServiceA(manager, name, SERVICE_ALL_ACCESS);
    if (!service) return failed(asks ? "EnumQueryServicesStatus:OpenService" : "OpenService");
    if (asks) return query(service, name, extended);
    if (!_stricmp(verb, "qc")) return query_config(service, name);
    if (!_stricmp(verb, "enumdepend")) return enumerate_dependants(name);
    if (!_stricmp(verb, "config")) return configure(service, argc, argv);
    if (!_stricmp(verb, "start")) return start(service, name);
    if (!_stricmp(verb, "stop")) return stop(service, name);
    if (!_stricmp(verb, "delete")) return DeleteService(service) ? done("DeleteService") : failed("DeleteService");
    printf("ERROR:  Unrecognized command\n");
    return ERROR_INVALID_COMMAND_LINE;
}
