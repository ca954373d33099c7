import { ok, type Result } from '../../../../shared/errors.ts';
import type { LookRequest } from '../../../../shared/products/client-look.ts';
import type { Section } from '../connection/frame.ts';
import { quotePath } from '../connection/quote.ts';
import { serviceSections } from './services.ts';

/**
 * Printed in place of a file that does not exist. No file name holds a colon, and the section has
 * its own exit code.
 */
export const isMissing = 'servpack:missing';

/** Printed in place of a text that is too long for the output of a command. */
export const isLong = 'servpack:long';
/** A transcript has some 300 characters; of a log only the end matters. */
const textBytesAtMost = 8 * 1024;

/** Prints a text that is mostly short, so that it needs no call of its own. */
const typeIfShort = (quoted: string): string =>
  `(if exist ${quoted} (for %z in (${quoted}) do @(if %~zz leq ${textBytesAtMost} (type ${quoted} 2>&1) else (echo ${isLong}))) else (echo ${isMissing}))`;

function typeIfThere(quoted: string): string {
  return `(if exist ${quoted} (type ${quoted} 2>&1) else (echo ${isMissing}))`;
}

/** Printed as it stands, or without its middle where cmd.exe expands `!` (delayed expansion). */
export const keptExclamation = 'servpack:[!]';

/**
 * The folder of Windows, the code page of the console, whether cmd.exe expands `!`, and the
 * version: later calls need the first three.
 */
export const factsSection: Section = {
  name: 'facts',
  commands: `echo %SystemRoot%& chcp& echo ${keptExclamation}& ver`,
};

/**
 * The start time of Windows: from the event log, which wrote it down once, or from WMI where the
 * log is empty or has gone round. WMI answers by wmic, or by PowerShell where wmic is gone (Windows
 * 11 24H2) or fails. It also tells the client's clock, from which the uptime follows; Wine's wmic
 * takes one property only.
 */
const bootSection: Section = {
  name: 'boot',
  commands: [
    'wevtutil qe System /q:"*[System[Provider[@Name=\'Microsoft-Windows-Kernel-General\'] and (EventID=12)]]"',
    '/rd:true /c:1 /f:xml 2>nul | findstr StartTime ||',
    'wmic os get LastBootUpTime,LocalDateTime 2>nul <nul ||',
    'wmic os get LastBootUpTime 2>nul <nul ||',
    'powershell -NoProfile -NonInteractive -Command "$o = Get-WmiObject Win32_OperatingSystem;',
    "$o.LastBootUpTime + '/' + $o.LocalDateTime\" <nul 2>&1",
  ].join(' '),
};

/**
 * The hives of logged-on users: their Load value, and the volatile key that Windows creates at an
 * interactive logon.
 */
const usersSection: Section = {
  name: 'users',
  commands: [
    'for /f "tokens=2 delims=\\" %s in (\'reg query HKU\') do @(',
    'reg query "HKU\\%s\\Volatile Environment" /s 2>nul& ',
    'reg query "HKU\\%s\\Software\\Microsoft\\Windows NT\\CurrentVersion\\Windows" /v Load 2>nul)',
  ].join(''),
};

const pendingSection: Section = {
  name: 'pending',
  commands: [
    'reg query "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager" /v PendingFileRenameOperations 2>nul',
    'reg query "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager" /v PendingFileRenameOperations2 2>nul',
    'reg query "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WindowsUpdate\\Auto Update\\RebootRequired" 2>nul',
    'reg query "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\RebootPending" 2>nul',
  ].join('& '),
};

const roleSection: Section = {
  name: 'role',
  commands: 'reg query "HKLM\\SYSTEM\\CurrentControlSet\\Control\\ProductOptions" /v ProductType 2>&1',
};

/** The intent lies in the Windows directory, whose path differs between machines. */
export const intentSection: Section = {
  name: 'intent',
  commands: typeIfThere('"%SystemRoot%\\servpack\\intent.json"'),
};

/** Opens a file for appending, and writes nothing. */
const opened = '(((type nul>>"%f") 2>nul && echo F %f) || echo L %f)';

/**
 * The files of the current folder with an attribute. `dir` prints them in the code page of the
 * console: a name that is not there under its printed name cannot be opened, and is not created.
 */
const openedWith = (attribute: 'h' | 's'): string =>
  `(for /f "eol=: delims=" %f in ('dir /b /a${attribute}-d') do @(if exist "%f" ${opened} else (echo L %f)))`;

/**
 * Opens every component for appending, as an update does: Windows refuses while the file runs, is
 * open, or is write-protected. Nothing is written. `pushd` takes a path with spaces; `for` does not
 * take a quoted path everywhere, and passes over hidden files and those of the system, so these are
 * listed by `dir`.
 */
const componentsSection = (quotedDirectory: string): Section => ({
  name: 'components',
  commands: `pushd ${quotedDirectory} 2>&1 && ((for %f in (*) do @${opened})& ${openedWith('h')}& ${openedWith('s')}& popd)`,
});

const freeSection = (quotedDirectory: string): Section => ({
  name: 'free',
  commands: `dir /-c /ad ${quotedDirectory} 2>nul`,
});

/**
 * The SHA-256 of a file. certutil is on every Windows from 2003 on; where it prints nothing,
 * servpack reads the file back.
 */
export const hashSection = (name: string, quotedPath: string): Section => ({
  name,
  commands: `(if exist ${quotedPath} (certutil -hashfile ${quotedPath} SHA256 2>&1) else (echo ${isMissing}))`,
});

/** All sections of a look. They fit into one line, save where there are many files to hash. */
export function lookSections(request: LookRequest): Result<readonly Section[], string> {
  const directory = quotePath(request.componentDirectory);
  if (!directory.ok) return directory;
  const sections: Section[] = [
    factsSection,
    bootSection,
    roleSection,
    intentSection,
    pendingSection,
    usersSection,
    { name: 'processes', commands: 'tasklist /fo csv /nh 2>&1' },
    componentsSection(directory.value),
    freeSection(directory.value),
  ];
  for (const name of request.services) {
    const service = serviceSections(name);
    if (!service.ok) return service;
    sections.push(...service.value);
  }
  for (const [name, path, typed] of [
    ['configuration', request.configurationFile, typeIfThere],
    ['version', request.versionFile, typeIfThere],
    // A transcript whose time counts is read over SFTP.
    ['transcript', request.isTranscriptDated === true ? undefined : request.transcriptFile, typeIfShort],
    ['busy', request.busy?.file, typeIfShort],
  ] as const) {
    if (path === undefined) continue;
    const quoted = quotePath(path);
    if (!quoted.ok) return quoted;
    sections.push({ name, commands: typed(quoted.value) });
  }
  for (const file of request.files) {
    const quoted = quotePath(`${request.componentDirectory}\\${file}`);
    if (!quoted.ok) return quoted;
    sections.push(hashSection(`hash ${file}`, quoted.value));
  }
  return ok(sections);
}

/**
 * Path and start time of each process, which only WMI knows. PowerShell asks it where wmic is gone
 * (Windows 11 24H2).
 */
export const detailSections: readonly Section[] = [
  {
    name: 'details',
    commands: [
      '(wmic process get CreationDate,ExecutablePath,ProcessId /format:csv <nul 2>nul | findstr /r ",[0-9]" || ',
      'powershell -NoProfile -NonInteractive -Command "Get-WmiObject Win32_Process | ',
      "Where-Object { $_.ExecutablePath } | ForEach-Object { ',' + $_.CreationDate + ',' + $_.ExecutablePath + ',' + $_.ProcessId }\" <nul 2>nul)",
    ].join(''),
  },
  { name: 'running services', commands: 'sc queryex 2>&1' },
];
