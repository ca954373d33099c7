/*
 * CLI_NT.EXE /u, as far as Upgrade.bat needs it: marks this client for an upgrade
 * (SetupPhase=UPGRADE in SMS.INI, Q168463) and copies no file.
 */
#include <windows.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    if (argc < 2 || _stricmp(argv[1], "/u")) {
        printf("Usage: CLI_NT /u\n");
        return 2;
    }
    if (GetFileAttributesA("C:\\SMS.INI") == INVALID_FILE_ATTRIBUTES) {
        printf("SMS.INI is not there: this is no client.\n");
        return 3;
    }
    if (!WritePrivateProfileStringA("Local", "SetupPhase", "UPGRADE", "C:\\SMS.INI")) {
        printf("SMS.INI can not be written, error %lu.\n", GetLastError());
        return 4;
    }
    printf("This client will be upgraded at the next logon.\n");
    return 0;
}
