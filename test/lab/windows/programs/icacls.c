/*
 * icacls.exe, which Wine's takes and does not do: PATH alone prints who may do what; with /inheritance:r and
 * /grant[:r] *SID:(..)F it sets that list on the file. Wine keeps of it what the modes of Linux can say.
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

static int done(void)
{
    printf("Successfully processed 1 files; Failed processing 0 files\n");
    return 0;
}

static int print_list(const char *path)
{
    PACL list = NULL;
    PSECURITY_DESCRIPTOR descriptor = NULL;
    DWORD error = GetNamedSecurityInfoA((char *)path, SE_FILE_OBJECT, DACL_SECURITY_INFORMATION, NULL, NULL, &list, NULL,
                                        &descriptor);
    if (error) return failed(path, error);
    for (WORD i = 0; list && i < list->AceCount; i++) {
        ACCESS_ALLOWED_ACE *entry;
        char *sid;
        GetAce(list, i, (void **)&entry);
        ConvertSidToStringSidA((PSID)&entry->SidStart, &sid);
        printf("%s %s:(0x%lx)\n", i == 0 ? path : "", sid, entry->Mask);
    }
    return done();
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

int main(int argc, char **argv)
{
    EXPLICIT_ACCESSA grants[16] = {0};
    ULONG count = 0;
    PACL list = NULL;
    BOOL grants_follow = FALSE, is_cut_off = FALSE;
    DWORD error;

    if (argc < 2) return (int)ERROR_INVALID_PARAMETER;
    if (GetFileAttributesA(argv[1]) == INVALID_FILE_ATTRIBUTES) return failed(argv[1], GetLastError());
    if (argc == 2) return print_list(argv[1]);
    for (int i = 2; i < argc; i++) {
        if (!_strnicmp(argv[i], "/grant", 6)) grants_follow = TRUE;
        else if (!_stricmp(argv[i], "/inheritance:r")) is_cut_off = TRUE;
        else if (argv[i][0] == '/') grants_follow = FALSE;
        else if (!grants_follow || count == ARRAYSIZE(grants) || !read_grant(argv[i], &grants[count++]))
            return failed(argv[i], ERROR_INVALID_PARAMETER);
    }
    if (count == 0) return done();
    error = SetEntriesInAclA(count, grants, NULL, &list);
    if (!error)
        error = SetNamedSecurityInfoA(argv[1], SE_FILE_OBJECT,
                                      DACL_SECURITY_INFORMATION | (is_cut_off ? PROTECTED_DACL_SECURITY_INFORMATION : 0),
                                      NULL, NULL, list, NULL);
    return error ? failed(argv[1], error) : done();
}
