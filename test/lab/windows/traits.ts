import { pcmService } from '../../../orchestrator/simulation/machines/sms.ts';

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
  | 'staysHome'
  | 'agent'
  | 'agentProgram'
  | 'zabbix';

/** A lab of N clients has the first N of these, and starts again after the last. */
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
  'agent',
  'agentProgram',
  'zabbix',
];

export interface User {
  readonly name: string;
  readonly sid: string;
  /**
   * Programs of the component directory that the user opens after each logon, once Smsrun32 has
   * ended.
   */
  readonly opens: readonly string[];
}

/** A service whose executable lies in the component directory. */
export interface TraitService {
  readonly name: string;
  readonly executable: string;
  readonly start: 'automatic' | 'manual';
  /** What follows the path in the image path. */
  readonly arguments?: string;
}

/** The meaning of a trait, as data: the lab reads these and never the name of the trait. */
export interface TraitRules {
  readonly what: string;
  /** The component directory. Its drive exists. */
  readonly componentDirectory: string;
  /** The product: SMS 1.2, or an agent that a release is pushed to. */
  readonly product: 'sms' | 'agent';
  readonly service: TraitService | null;
  readonly user: User;
  /** Logged on when the lab starts. */
  readonly isLoggedOn: boolean;
  /** Logs on after each restart. */
  readonly logsOn: boolean;
  readonly role: 'workstation' | 'server';
  /** Seconds that the service needs to stop. */
  readonly stopSeconds: number;
  /** The service starts from its first directory only. */
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
  product: 'sms',
  service: null,
  user: anna,
  isLoggedOn: false,
  logsOn: true,
  role: 'workstation',
  stopSeconds: 0,
  staysHome: false,
  logonServer: 'LS-PUN',
};

export const agentService = 'GenericAgent';

const inBin: TraitRules = {
  ...plain,
  what: 'the PCM service is started automatically, out of the component directory (Q168463)',
  service: { name: pcmService, executable: 'PCMSVC32.EXE', start: 'automatic' },
};

const withAgent: TraitRules = {
  ...plain,
  what: 'an agent whose service locks its own directory, and nothing of SMS',
  componentDirectory: String.raw`C:\Program Files\GenericAgent`,
  product: 'agent',
  service: { name: agentService, executable: 'AGENTSVC.EXE', start: 'automatic' },
};

export const rulesOf: Readonly<Record<Trait, TraitRules>> = {
  pcmInBin: inBin,
  userProgram: {
    ...plain,
    what: 'a user is logged on and holds PCMWIN32.EXE open',
    user: { ...anna, opens: ['PCMWIN32.EXE'] },
    isLoggedOn: true,
  },
  comesAndGoes: {
    ...plain,
    what: 'nothing is in the way; for coming and going: `disconnect` ends its sshd, `connect` starts it',
  },
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
  agent: { ...withAgent, logsOn: false },
  agentProgram: {
    ...withAgent,
    what: `${withAgent.what}; whenever its user is there, a program of it is open`,
    user: { ...anna, opens: ['AGENTUI.EXE'] },
    isLoggedOn: true,
  },
  zabbix: {
    ...withAgent,
    what: `${withAgent.what}; the names of service and directory have spaces, as those of Zabbix agent 2`,
    componentDirectory: String.raw`C:\Program Files\Zabbix Agent 2`,
    service: {
      name: 'Zabbix Agent 2',
      executable: 'zabbix_agent2.exe',
      start: 'automatic',
      arguments: String.raw` -c "C:\Program Files\Zabbix Agent 2\zabbix_agent2.conf" -f=false`,
    },
    logsOn: false,
  },
};
