import type { RegistryKey } from './registry-text.ts';
import type { TraitRules } from './traits.ts';

/**
 * Settings that a relocation must not lose: its own account, recovery actions, a trace key
 * (Q168463, Q191329).
 */
export const serviceSettings = {
  account: String.raw`LAB\smsclient`,
  /** Restart after a minute, three times; the count starts again every day. */
  failureActions: [
    0x80, 0x51, 0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0x14, 0, 0, 0, 1, 0, 0, 0, 0x60, 0xea, 0, 0, 1,
    0, 0, 0, 0x60, 0xea, 0, 0, 1, 0, 0, 0, 0x60, 0xea, 0, 0,
  ],
} as const;

const startValue = { automatic: 2, manual: 3 } as const;

/** The registry of a client, without that of the base. */
export function clientRegistry(rules: TraitRules): readonly RegistryKey[] {
  return [...serviceKeys(rules), ...roleKeys(rules), ...troubles(rules)];
}

function serviceKeys({ service, componentDirectory }: TraitRules): readonly RegistryKey[] {
  if (service === null) return [];
  const executable = `${componentDirectory}\\${service.executable}`;
  return [
    {
      path: `System\\CurrentControlSet\\Services\\${service.name}`,
      values: {
        DisplayName: service.name,
        ErrorControl: 1,
        ImagePath: {
          expand: `${executable.includes(' ') ? `"${executable}"` : executable}${service.arguments ?? ''}`,
        },
        ObjectName: serviceSettings.account,
        DependOnService: { list: ['RpcSs'] },
        FailureActions: { bytes: serviceSettings.failureActions },
        Start: startValue[service.start],
        Type: 0x10,
      },
    },
    {
      path: `Software\\Microsoft\\SMS\\Tracing\\${service.name}`,
      values: { Enabled: 1, 'Trace Filename': String.raw`C:\LAB\PCMSVC.LOG` },
    },
  ];
}

/**
 * The key by which Windows says that it is a server, and the share that makes it a logon server of
 * SMS.
 */
function roleKeys({ role }: TraitRules): readonly RegistryKey[] {
  if (role === 'workstation') return [];
  const share = ['Path=C:\\SMS\\LOGON.SRV', 'Permissions=0', 'Type=0'];
  return [
    {
      path: String.raw`System\CurrentControlSet\Control\ProductOptions`,
      values: { ProductType: 'ServerNT' },
    },
    {
      path: String.raw`System\CurrentControlSet\Services\LanmanServer\Shares`,
      values: { SMS_SHR: { list: share } },
    },
  ];
}

/** The settings of the lab that PCMSVC32.EXE reads. */
function troubles({ stopSeconds, staysHome, componentDirectory }: TraitRules): readonly RegistryKey[] {
  const values = {
    StopSeconds: stopSeconds,
    ...(staysHome ? { StaysHome: componentDirectory } : {}),
  };
  return [{ path: String.raw`Software\ServpackLab`, values }];
}
