/* msg.exe: writes each message for users as a line of C:\LAB\MESSAGES.LOG. */
#include <windows.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    FILE *file;
    if (argc < 3) {
        fprintf(stderr, "MSG {username | sessionname | sessionid | *} [/TIME:seconds] [message]\n");
        return 1;
    }
    file = fopen("C:\\LAB\\MESSAGES.LOG", "a");
    if (!file) return 5;
    fprintf(file, "%s:", argv[1]);
    for (int i = 2; i < argc; i++)
        if (argv[i][0] != '/') fprintf(file, " %s", argv[i]);
    fprintf(file, "\n");
    fclose(file);
    return 0;
}
