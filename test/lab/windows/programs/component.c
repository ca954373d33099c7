/*
 * The programs of the component directory that a user may leave open: PCMWIN32.EXE and the others,
 * by the name of the file. The program runs until `session end NAME.EXE` or until its user logs
 * off. Only its text names the service pack, so that the files of two packs differ.
 */
#include <windows.h>
#include <stdio.h>
#include <string.h>

#ifndef SERVICE_PACK
#define SERVICE_PACK "2"
#endif

static const char version[] = "Systems Management Server 1.2 component, service pack " SERVICE_PACK;

int main(void)
{
    char image[MAX_PATH], event[MAX_PATH + 16] = "ServpackLab.End.";
    GetModuleFileNameA(NULL, image, sizeof image);
    strcat(event, _strupr(strrchr(image, '\\') + 1));
    HANDLE end = CreateEventA(NULL, TRUE, FALSE, event);
    printf("%s\n", version);
    fflush(stdout);
    WaitForSingleObject(end, INFINITE);
    return 0;
}
