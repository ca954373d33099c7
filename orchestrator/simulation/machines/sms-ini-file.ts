/** What of an SMS.INI is a client's own. */
export interface SmsIniValues {
  readonly setupPhase: string;
  /** As the file spells them, separated by commas. */
  readonly filesNotDownloaded: string;
  readonly copyListVersion: number;
  readonly logonServer: string;
  /** The component directory. */
  readonly bin: string;
}

/**
 * The SMS.INI of a client: the sections, keys and order of the sample file in the BackOffice
 * Resource Kit (chapter "SMS.INI", "Sample SMS.INI File"), with values of the lab. BuildNo and
 * SPNumber never change (Q171038): they cannot tell service packs apart.
 */
export function smsIniText(values: SmsIniValues): string {
  const { setupPhase, filesNotDownloaded, copyListVersion, logonServer, bin } = values;
  const root = bin.slice(0, bin.lastIndexOf('\\'));
  return [
    '[Package Command Manager]',
    'InstructionSharePoint=pcmins.box',
    'ResultSharePoint=despoolr.box',
    `LocalRegistryLocation=${root}\\DATA\\pcmhist.reg`,
    'PollingInterval=60',
    '',
    '[Servers]',
    'Domain=LABDOM',
    `CurrentLogonServer=${logonServer}`,
    `Server1=${logonServer}`,
    '',
    '[Share]',
    'CurrentLogonServer=SMS_SHR',
    'Server1=SMS_SHR',
    '',
    '[Program Group Control]',
    'directory=appctl.box\\database',
    '',
    '[WorkstationStatus]',
    'SysFilesNotModified=',
    `FilesNotDownloaded=${filesNotDownloaded}`,
    'InstalledComponents=PCM, MIFENTRY, APPCONTROL, REMOTE_CONTROL',
    'AutoStartComponents=PCM, MIFENTRY, APPCONTROL',
    'StandaloneWorkstation=No',
    '',
    '[SMS]',
    'BuildNo=786',
    'SPNumber=0',
    'INIFileVersion=66302',
    `CopyListVersion=${copyListVersion}`,
    'SiteCode=LAB',
    'SMS Unique ID=LAB01000',
    `SMSPath=${root}`,
    `SMSBinPath=${bin}`,
    `SMSLogPath=${root}\\LOGS`,
    `SMSDataPath=${root}\\DATA`,
    `LastLogonServerPath=\\\\${logonServer}\\SMS_SHR`,
    'LastHardwareScan=19970715135536.000000+000',
    'OS=4',
    'NetworkType=2',
    '',
    '[Local]',
    `SetupPhase=${setupPhase}`,
    'LanguageCode=00000409',
    'SystemRole=Workstation',
    'SystemType=X86-based PC',
    'ShowPCMIntroDialog=FALSE',
    '',
    // The sample has a space before this section, too.
    ' [Sight]',
    'Allow Takeover=Yes',
    'Permission Required=Yes',
    '',
    '[LogonHistory]',
    'Entry=',
    'Counter=0',
    'InventoryEntity=EXE',
    '',
  ].join('\r\n');
}

/** The published sections (Resource Kit, Q168598, Q166771), apart from those of the product. */
const sections = {
  SetupPhase: 'Local',
  FilesNotDownloaded: 'WorkstationStatus',
  CopyListVersion: 'SMS',
} as const;

export type SmsIniKey = keyof typeof sections;

/** The value of a key in its section of an SMS.INI; undefined when the section has no such key. */
export function settingIn(text: string, key: SmsIniKey): string | undefined {
  const [, own = ''] = text.split(new RegExp(`^ *\\[${sections[key]}\\].*$`, 'im'));
  const [section = ''] = own.split(/^ *\[/m);
  return new RegExp(`^ *${key} *=(.*?)\\r?$`, 'im').exec(section)?.[1]?.trim();
}
