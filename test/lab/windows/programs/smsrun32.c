/*
 * SMSRUN32.EXE: Load starts it at a logon, and an administrator runs it with /V. It looks for
 * programs that run out of the component directory. When one does, it copies nothing (Q168463).
 * Else, when SMS.INI asks for it, it copies each file of the logon server's share that differs. A
 * file that cannot be written is listed in FilesNotDownloaded, and the next run tries again.
 * "Verifying ..." is its last line in every case.
 */
#include <windows.h>
#include <tlhelp32.h>
#include <stdarg.h>
#include <stdio.h>

#define INI "C:\\SMS.INI"

static char component_directory[MAX_PATH], logs[MAX_PATH];
static BOOL is_verbose;

static void say(const char *format, ...)
{
    char path[MAX_PATH + 16];
    va_list values;
    FILE *log;
    if (is_verbose) {
        va_start(values, format);
        vprintf(format, values);
        va_end(values);
        printf("\n");
    }
    snprintf(path, sizeof path, "%s\\SMSRUN.LOG", logs);
    log = fopen(path, "ab");
    if (!log) return;
    va_start(values, format);
    vfprintf(log, format, values);
    va_end(values);
    fprintf(log, "\r\n");
    fclose(log);
}

/*
 * Each key has its section: the chapter "SMS.INI" of the BackOffice Resource Kit with its sample
 * file, Q168598 (FilesNotDownloaded) and Q166771 (CopyListVersion).
 */
static void read_setting(const char *section, const char *key, char *value, DWORD size)
{
    GetPrivateProfileStringA(section, key, "", value, size, INI);
}

static void write_setting(const char *section, const char *key, const char *value)
{
    WritePrivateProfileStringA(section, key, value, INI);
}

/* SMSRUN.LOG is the text of the newest run; the text of the run before is kept beside it. */
static void begin_log(void)
{
    char now[MAX_PATH + 16], before[MAX_PATH + 16];
    snprintf(now, sizeof now, "%s\\SMSRUN.LOG", logs);
    snprintf(before, sizeof before, "%s\\SMSRUN.LO_", logs);
    MoveFileExA(now, before, MOVEFILE_REPLACE_EXISTING);
}

static BOOL runs_from_components(DWORD pid)
{
    char image[MAX_PATH] = "";
    DWORD size = sizeof image;
    size_t length = strlen(component_directory);
    HANDLE process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, pid);
    BOOL known = process && QueryFullProcessImageNameA(process, 0, image, &size);
    if (process) CloseHandle(process);
    return known && !_strnicmp(image, component_directory, length) && image[length] == '\\';
}

static int say_active_executables(void)
{
    PROCESSENTRY32 entry = {sizeof entry};
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    int found = 0;
    for (BOOL more = Process32First(snapshot, &entry); more; more = Process32Next(snapshot, &entry))
        if (runs_from_components(entry.th32ProcessID)) {
            say("Client executable active: %s", _strlwr(entry.szExeFile));
            found++;
        }
    CloseHandle(snapshot);
    return found;
}

static BOOL is_same_file(const char *one, const char *other)
{
    char a[4096], b[4096];
    size_t read = 1;
    FILE *first = fopen(one, "rb"), *second = fopen(other, "rb");
    BOOL same = first && second;
    while (same && read > 0) {
        read = fread(a, 1, sizeof a, first);
        same = fread(b, 1, sizeof b, second) == read && !memcmp(a, b, read);
    }
    if (first) fclose(first);
    if (second) fclose(second);
    return same;
}

/* Files that could not be copied, as SMS.INI lists them. */
static char not_downloaded[2048];

static void bring(const char *source, const char *name)
{
    char from[MAX_PATH * 2], to[MAX_PATH * 2];
    snprintf(from, sizeof from, "%s\\%s", source, name);
    snprintf(to, sizeof to, "%s\\%s", component_directory, name);
    if (is_same_file(from, to)) return;
    if (CopyFileA(from, to, FALSE)) return;
    if (*not_downloaded) strncat(not_downloaded, ", ", sizeof not_downloaded - strlen(not_downloaded) - 1);
    strncat(not_downloaded, name, sizeof not_downloaded - strlen(not_downloaded) - 1);
}

/* CopyListVersion is written before any file is copied: it never proves an upgrade. */
static void take_copy_list_version(const char *share)
{
    char list[MAX_PATH * 2], version[64];
    snprintf(list, sizeof list, "%s\\CL_NT.TXT", share);
    GetPrivateProfileStringA("Client", "CopyListVersion", "", version, sizeof version, list);
    if (*version) write_setting("SMS", "CopyListVersion", version);
}

static void download(void)
{
    char server[64], share[MAX_PATH], source[MAX_PATH + 32], pattern[MAX_PATH + 40];
    WIN32_FIND_DATAA found;
    HANDLE search;

    read_setting("Servers", "CurrentLogonServer", server, sizeof server);
    snprintf(share, sizeof share, "\\\\%s\\SMS_SHR", server);
    snprintf(source, sizeof source, "%s\\X86.BIN\\00000409", share);
    snprintf(pattern, sizeof pattern, "%s\\*", source);
    search = FindFirstFileA(pattern, &found);
    if (search == INVALID_HANDLE_VALUE) return;
    take_copy_list_version(share);
    do
        if (!(found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY)) bring(source, found.cFileName);
    while (FindNextFileA(search, &found));
    FindClose(search);
    write_setting("WorkstationStatus", "FilesNotDownloaded", not_downloaded);
    write_setting("Local", "SetupPhase", *not_downloaded ? "VERIFY_FILES" : "INSTALLED");
}

static BOOL is_upgrade_wanted(void)
{
    char phase[64];
    read_setting("Local", "SetupPhase", phase, sizeof phase);
    return !_stricmp(phase, "UPGRADE") || !_strnicmp(phase, "VERIFY", 6);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (!_stricmp(argv[i], "/V") || !_stricmp(argv[i], "-V")) is_verbose = TRUE;
    read_setting("SMS", "SMSBinPath", component_directory, sizeof component_directory);
    snprintf(logs, sizeof logs, "%s\\..\\LOGS", component_directory);
    if (!*component_directory) {
        printf("SMS.INI is not there: this is no client.\n");
        return 3;
    }
    begin_log();
    say("Reading configuration...");
    if (say_active_executables() > 0) {
        say("Warning: Client component in use.");
        say("Client component files will not be overwritten or removed.");
    } else if (is_upgrade_wanted())
        download();
    say("Verifying Microsoft Systems Management Server client installation.");
    return 0;
}
