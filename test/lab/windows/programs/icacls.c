/*
 * icacls.exe: Wine's own accepts its arguments and does nothing. PATH alone prints the permissions.
 * /inheritance:r and /grant[:r] *SID:(..)F set them on the file; Wine keeps what the modes of Linux
 * can express. /reset gives a file the permissions of its folder. /setowner is written to
 * C:\LAB\OWNERS.LOG, because Wine keeps no owner. PATH\* means the entries of a folder; without /t
 * nothing below them changes.
 */
#include <windows.h>
#include <aclapi.h>
#include <sddl.h>
#include <stdio.h>
#include <stdlib.h>

static int failed(const char *path, DWORD error)
{
    char text[512] = "";
    FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL, error, 0, text, sizeof text, NULL);
    fprintf(stderr, "%s: %s", path, text);
    printf("Successfully processed 0 files; Failed processing 1 files\n");
    return (int)error;
}

static int done(int files)
{
    printf("Successfully processed %d files; Failed processing 0 files\n", files);
    return 0;
}

static DWORD read_list(const char *path, PACL *list)
{
    PSECURITY_DESCRIPTOR descriptor = NULL;
    return GetNamedSecurityInfoA((char *)path, SE_FILE_OBJECT, DACL_SECURITY_INFORMATION, NULL, NULL, list, NULL, &descriptor);
}

static int print_list(const char *path)
{
    PACL list = NULL;
    DWORD error = read_list(path, &list);
    if (error) return failed(path, error);
    for (WORD i = 0; list && i < list->AceCount; i++) {
        ACCESS_ALLOWED_ACE *entry;
        char *sid;
        GetAce(list, i, (void **)&entry);
        ConvertSidToStringSidA((PSID)&entry->SidStart, &sid);
        printf("%s %s:(0x%lx)\n", i == 0 ? path : "", sid, entry->Mask);
    }
    return done(1);
}

static DWORD rights(const char *text)
{
    const char *last = strrchr(text, ')');
    switch ((last && last[1] ? last[1] : *text) & ~0x20) {
    case 'F': return FILE_ALL_ACCESS;
    case 'M': return FILE_GENERIC_READ | FILE_GENERIC_WRITE | FILE_GENERIC_EXECUTE | DELETE;
    case 'W': return FILE_GENERIC_WRITE;
    default: return FILE_GENERIC_READ | FILE_GENERIC_EXECUTE;
    }
}

/* "*S-1-5-18:(OI)(CI)F" or "Administrators:F". */
static BOOL read_grant(char *text, EXPLICIT_ACCESSA *entry)
{
    char *colon = strchr(text, ':');
    PSID sid = NULL;
    if (!colon) return FALSE;
    *colon = 0;
    entry->grfAccessPermissions = rights(colon + 1);
    entry->grfAccessMode = SET_ACCESS;
    entry->grfInheritance = strstr(colon + 1, "(OI)") ? SUB_CONTAINERS_AND_OBJECTS_INHERIT : NO_INHERITANCE;
    if (*text == '*' && !ConvertStringSidToSidA(text + 1, &sid)) return FALSE;
    entry->Trustee.TrusteeForm = sid ? TRUSTEE_IS_SID : TRUSTEE_IS_NAME;
    entry->Trustee.ptstrName = sid ? (char *)sid : text;
    return TRUE;
}

/* The request, from the command line. */
static struct {
    EXPLICIT_ACCESSA grants[16];
    ULONG count;
    BOOL is_reset;
    const char *owner;
} asked;

static BOOL read_arguments(int argc, char **argv)
{
    BOOL grants_follow = FALSE;
    for (int i = 2; i < argc; i++) {
        if (!_strnicmp(argv[i], "/grant", 6)) grants_follow = TRUE;
        /* A list that is set here inherits nothing from the folder above. */
        else if (!_stricmp(argv[i], "/inheritance:r")) grants_follow = FALSE;
        else if (!_stricmp(argv[i], "/reset")) asked.is_reset = TRUE;
        else if (!_stricmp(argv[i], "/setowner") && i + 1 < argc) asked.owner = argv[++i];
        /*
         * /l and /q change nothing: Wine has no links, and every file is reported. The first
         * failure ends the run.
         */
        else if (!_stricmp(argv[i], "/l") || !_stricmp(argv[i], "/q")) grants_follow = FALSE;
        else if (argv[i][0] == '/' || !grants_follow || asked.count == ARRAYSIZE(asked.grants) ||
                 !read_grant(argv[i], &asked.grants[asked.count++]))
            return FALSE;
    }
    return TRUE;
}

/* Not SetNamedSecurityInfo: in Wine it always sets the permissions of the folder above. */
static DWORD set_list(const char *path, PACL list)
{
    SECURITY_DESCRIPTOR descriptor;
    InitializeSecurityDescriptor(&descriptor, SECURITY_DESCRIPTOR_REVISION);
    SetSecurityDescriptorDacl(&descriptor, TRUE, list, FALSE);
    return SetFileSecurityA(path, DACL_SECURITY_INFORMATION, &descriptor) ? ERROR_SUCCESS : GetLastError();
}

static DWORD note_owner(const char *path)
{
    FILE *file = fopen("C:\\LAB\\OWNERS.LOG", "a");
    if (!file) return ERROR_ACCESS_DENIED;
    fprintf(file, "%s\t%s\n", path, asked.owner);
    return fclose(file) ? ERROR_WRITE_FAULT : ERROR_SUCCESS;
}

static DWORD reset(const char *path)
{
    char folder[MAX_PATH];
    char *end;
    PACL list = NULL;
    DWORD error;
    lstrcpynA(folder, path, sizeof folder);
    end = strrchr(folder, '\\');
    if (!end) return ERROR_INVALID_PARAMETER;
    /* C: alone is the current directory. */
    end[end == folder + 2] = 0;
    error = read_list(folder, &list);
    return error ? error : set_list(path, list);
}

static DWORD change(const char *path)
{
    PACL list = NULL;
    DWORD error = ERROR_SUCCESS;
    if (asked.owner) error = note_owner(path);
    if (!error && asked.is_reset) error = reset(path);
    if (error || asked.count == 0) return error;
    error = SetEntriesInAclA(asked.count, asked.grants, NULL, &list);
    return error ? error : set_list(path, list);
}

static int change_children(const char *pattern)
{
    WIN32_FIND_DATAA found;
    char path[MAX_PATH];
    int files = 0;
    HANDLE search = FindFirstFileA(pattern, &found);
    if (search == INVALID_HANDLE_VALUE) return failed(pattern, GetLastError());
    do {
        DWORD error;
        if (!strcmp(found.cFileName, ".") || !strcmp(found.cFileName, "..")) continue;
        snprintf(path, sizeof path, "%.*s%s", (int)strlen(pattern) - 1, pattern, found.cFileName);
        error = change(path);
        if (error) return failed(path, error);
        files++;
    } while (FindNextFileA(search, &found));
    FindClose(search);
    return files ? done(files) : failed(pattern, ERROR_FILE_NOT_FOUND);
}

int main(int argc, char **argv)
{
    DWORD error;
    const char *star;

    if (argc < 2) return (int)ERROR_INVALID_PARAMETER;
    if (!read_arguments(argc, argv)) return failed(argv[1], ERROR_INVALID_PARAMETER);
    star = strrchr(argv[1], '*');
    if (star && !star[1]) return change_children(argv[1]);
    if (GetFileAttributesA(argv[1]) == INVALID_FILE_ATTRIBUTES) return failed(argv[1], GetLastError());
    if (argc == 2) return print_list(argv[1]);
    error = change(argv[1]);
    return error ? failed(argv[1], error) : done(1);
}
