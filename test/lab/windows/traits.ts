/** What is special about a client of the lab. */
export type Trait =
  | 'pcmInBin'
  | 'userProgram'
  | 'comesAndGoes'
  | 'free'
  | 'workaround'
  | 'server'
  | 'onDriveD'
  | 'pathWithSpaces'
  | 'slowStop'
  | 'staysHome';

/** A lab of N clients has the first N of these, and begins anew after the last. */
export const traits: readonly Trait[] = [
  'pcmInBin',
  'userProgram',
  'comesAndGoes',
  'free',
  'workaround',
  'server',
  'onDriveD',
  'pathWithSpaces',
  'slowStop',
  'staysHome',
];

export interface User {
  readonly name: string;
  readonly sid: string;
  /** Programs of the component directory that the user opens after each logon, once Smsrun32 has ended. */
  readonly opens: readonly string[];
}

/** What a trait means, as data: the lab reads these and never the trait's name. */
export interface TraitRules {
  readonly what: string;
  /** The component directory; its drive is there. */
  readonly componentDirectory: string;
  /** How the PCM service, whose executable lies in the component directory, is started; null for none. */
  readonly pcm: 'automatic' | 'manual' | null;
  readonly user: User;
  /** Logged on when the lab starts. */
  readonly isLoggedOn: boolean;
  /** Logs on after each restart. */
  readonly logsOn: boolean;
  readonly role: 'workstation' | 'server';
  /** Seconds that the PCM service needs to stop. */
  readonly stopSeconds: number;
  /** The PCM service starts from its first directory only. */
  readonly staysHome: boolean;
  /** Where Upgrade.bat and the release come from. */
  readonly logonServer: string;
}

const anna: User = {
  name: 'anna',
  sid: 'S-1-5-21-1085031214-1563985344-725345543-1001',
  opens: [],
};

const plain: TraitRules = {
  what: 'nothing is in the way',
  componentDirectory: String.raw`C:\MS\SMS\BIN`,
  pcm: null,
  user: anna,
  isLoggedOn: false,
  logsOn: true,
  role: 'workstation',
  stopSeconds: 0,
  staysHome: false,
  logonServer: 'LS-PUN',
};

const inBin: TraitRules = {
  ...plain,
  what: 'the PCM service is started automatically, out of the component directory (Q168463)',
  pcm: 'automatic',
};

export const rulesOf: Readonly<Record<Trait, TraitRules>> = {
  pcmInBin: inBin,
  userProgram: {
    ...plain,
    what: 'a user is logged on and holds PCMWIN32.EXE open',
    user: { ...anna, opens: ['PCMWIN32.EXE'] },
    isLoggedOn: true,
  },
  comesAndGoes: { ...plain, what: 'is not there at first: its sshd is started by hand' },
  free: plain,
  workaround: { ...inBin, what: `${inBin.what}; meant for the workaround of the KB` },
  server: {
    ...inBin,
    what: 'a logon server: it has the PCM service legitimately',
    role: 'server',
    logsOn: false,
  },
  onDriveD: {
    ...inBin,
    what: 'as the first, on drive D:',
    componentDirectory: String.raw`D:\MS\SMS\BIN`,
  },
  pathWithSpaces: {
    ...inBin,
    what: 'as the first, in a directory with spaces in its name',
    componentDirectory: String.raw`C:\Program Files\MS SMS\BIN`,
  },
  slowStop: { ...inBin, what: 'as the first, and the service needs 8 s to stop', stopSeconds: 8 },
  staysHome: { ...inBin, what: 'as the first, and the service starts from nowhere else', staysHome: true },
};
