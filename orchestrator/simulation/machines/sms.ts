/** Names and paths of SMS 1.2 on a client, from the facts. */
export const bin = 'C:\\MS\\SMS\\BIN';
export const windows = 'C:\\WINNT';
export const pcmService = 'SMS_PACKAGE_COMMAND_MANAGER_NT';
export const traceKey = `HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\SMS\\TRACING\\${pcmService}`;
export const pcmExecutable = 'PCMSVC32.EXE';
export const versionFile = 'CSDVER.SMS';
/**
 * The file of the intent of an unfinished procedure: outside the component tree, which the update
 * replaces.
 */
export const intentPath = 'C:\\SERVPACK\\INTENT.JSON';
export const oldCopyListVersion = 835643765;

/** The files in BIN before any release; PCMSVC32.EXE only where the service was put there. */
export const binFiles: readonly string[] = [
  'APPCTL32.EXE',
  'CLIMONNT.EXE',
  'EDITININT.EXE',
  'MIFWIN.EXE',
  'PCMWIN32.EXE',
  'INV32CLI.EXE',
  'APPRES32.DLL',
  'PCM32R.DLL',
  '_CLMON32.DLL',
  '_EDTINNT.DLL',
  'UINFO.XNF',
  'SM32.HLP',
];
