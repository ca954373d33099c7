@echo off
rem Run on a client, from the logon server's share, after a service pack. It only marks the client: the files come with the
rem next run of Smsrun32 (Q168463).
"%~dp0X86.BIN\CLI_NT.EXE" /u
exit /b %ERRORLEVEL%
