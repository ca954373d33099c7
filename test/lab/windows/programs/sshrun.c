/*
 * sshrun: runs one command line as the sshd of Windows does, cmd.exe /c "<the raw text>". The text
 * is in LAB_COMMAND, so that no shell and no argument list changes its quotes.
 */
#include <windows.h>
#include <stdio.h>

static WCHAR command[32768], line[32800];

int wmain(void)
{
    STARTUPINFOW startup = {sizeof startup};
    PROCESS_INFORMATION process;
    DWORD code = 255;

    if (!GetEnvironmentVariableW(L"LAB_COMMAND", command, ARRAYSIZE(command))) {
        fprintf(stderr, "sshrun: LAB_COMMAND is not set\n");
        return 255;
    }
    SetEnvironmentVariableW(L"LAB_COMMAND", NULL);
    _snwprintf(line, ARRAYSIZE(line), L"cmd.exe /c \"%ls\"", command);
    if (!CreateProcessW(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &process)) {
        fprintf(stderr, "sshrun: cmd.exe does not start, error %lu\n", GetLastError());
        return 254;
    }
    WaitForSingleObject(process.hProcess, INFINITE);
    GetExitCodeProcess(process.hProcess, &code);
    return (int)code;
}
