import { counted } from '../domain/counted.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import { describeBlocker } from '../../shared/domain/observation/blocker.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import { endsInWords } from '../../shared/domain/outcome/ending.ts';
import type { ApprovalTerms, ApprovedStep } from '../../shared/domain/rules/approval-rules.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import { finishedWords } from '../domain/gate.ts';
import { waveProgress } from '../domain/wave-progress.ts';

/** What a person who approves is shown: numbers, the gate, the clients, and what will change. */

/** The most clients that a question names. */
export const namedAtMost = 20;

export interface NamedClients {
  readonly count: number;
  /** At most `namedAtMost` of them, in order. */
  readonly names: readonly string[];
}

const named = ({ count, names }: NamedClients): string => {
  const more = count - names.length;
  return `${names.join(', ')}${more > 0 ? `, and ${more} more` : ''}`;
};

export function waveText(
  campaign: Campaign,
  counters: Counters,
  wave: string,
  clients: NamedClients,
): readonly string[] {
  const { definition, waveSizes } = campaign;
  const index = definition.waves.findIndex(({ name }) => name === wave);
  const before = waveProgress(waveSizes, counters)[index - 1];
  const gate = definition.waves[index - 1];
  return [
    `wave ${wave} of campaign ${definition.campaign}: work begins on its ${counted(clients.count, 'client')}`,
    ...(before === undefined || gate === undefined
      ? []
      : [
          `wave ${gate.name} before it: ${finishedWords(before)}, ${before.failures} of ${counted(before.tried, 'tried client')} failed or ${before.failures === 1 ? 'needs' : 'need'} attention: ${endsInWords(before.ends)}`,
          ...before.causes.slice(0, 3).map(({ cause, count }) => `${count}x ${cause}`),
        ]),
    `its clients: ${named(clients)}`,
  ];
}

const changes: Readonly<Record<ApprovedStep, string>> = {
  workaround: 'the service is set to manual, and the client restarts',
  relocation:
    'the service is stopped, its files are copied out of the component directory, and it starts there',
  replaceAtRestart: 'Windows replaces the files of the release at its next start',
};

export const stepText = (
  campaign: Campaign,
  step: ApprovedStep,
  clients: NamedClients,
): readonly string[] => [
  `${step} on every client of campaign ${campaign.definition.campaign} that needs it: ${changes[step]}`,
  `clients that wait for it now: ${clients.count}${clients.count === 0 ? '' : `: ${named(clients)}`}`,
];

export function clientText(
  campaign: Campaign,
  upgrade: Upgrade,
  step: ApprovedStep,
  attempt: string,
): readonly string[] {
  const { state } = upgrade;
  return [
    `${attempt} on client ${upgrade.client} (logon server ${upgrade.logonServer}), attempt ${upgrade.attempt} in campaign ${campaign.definition.campaign}: ${changes[step]}`,
    ...('blockers' in state ? state.blockers.map(describeBlocker) : []),
  ];
}

/** What follows without an answer, and who may answer. */
export const termsWords = ({
  onExpiry,
  by,
}: ApprovalTerms): { readonly onExpiry: string; readonly by: string } => ({
  onExpiry: onExpiry ?? 'reject',
  by: by ?? 'anyone',
});
