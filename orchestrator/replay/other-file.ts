import type { CampaignDefinition, Client } from '../../shared/domain/campaign/definition.ts';
import { nameOf } from '../../shared/domain/campaign/machine.ts';
import { err, fault, ok, type Result } from '../../shared/errors.ts';
import type { CampaignText } from '../background/results.ts';
import { counted } from '../domain/counted.ts';
import { namesOf, spellingsIn } from '../domain/logon-server-names.ts';
import { planWaves } from '../domain/plan-waves.ts';
import { spelledAsInFleet } from '../domain/spelled-definition.ts';
import { readCampaignFile } from '../input/campaign-file.ts';
import { badFile, type Refusal } from '../refusal.ts';
import type { History } from './history.ts';
import { isSame } from './stands-at.ts';

/** The policy that a replay is asked for. */
export interface OtherFile {
  readonly definition: CampaignDefinition;
  /** It says what the campaign has done: nothing that decides is another. */
  readonly isSamePolicy: boolean;
}

/**
 * Reads the campaign file of a replay. The campaign keeps its name, and so its chances.
 * @returns a bad file with each fault; one for another release, because what the clients did says
 * nothing of it; `campaign.empty`, and `campaign.leftOver`
 */
export async function readOtherFile(
  history: History,
  { file, text, calendars }: CampaignText,
): Promise<Result<OtherFile, Refusal>> {
  const { campaign, clients } = history;
  const own = campaign.definition;
  const beside = { now: campaign.createdAt, ...(calendars === undefined ? {} : { calendars }) };
  const read = readCampaignFile(text, file, beside);
  if (!read.ok) return err(badFile(file, read.error));
  const { definition: typed, document } = read.value;
  if (nameOf(typed.release) !== nameOf(own.release))
    return err(
      badFile(file, [
        {
          file,
          line: document.lineOf(['release']),
          key: 'release',
          wrong: `is ${typed.release}`,
          expected: `${own.release}: what the clients of campaign ${own.campaign} did, they did with this release`,
        },
      ]),
    );
  const fleet = [...clients.values()];
  const spelled = spelledAsInFleet(typed, namesOf(await spellingsIn(fleet)), fleet);
  const { campaign: name, release } = own;
  const seed = typed.seed === typed.campaign ? own.seed : typed.seed;
  const definition = { ...spelled, campaign: name, release, seed };
  const left = leftOver(definition, fleet);
  return left === null
    ? ok({ definition, isSamePolicy: isSame(policyOf(definition), policyOf(own)) })
    : err(left);
}

/** The hash is that of the text: a comment changes it. */
const policyOf = ({ hash: _hash, ...policy }: CampaignDefinition) => policy;

function leftOver(definition: CampaignDefinition, fleet: readonly Client[]): Refusal | null {
  const { waves, left } = planWaves(definition, fleet);
  const taken = waves.reduce((sum, wave) => sum + wave.clients.length, 0);
  if (taken + left === 0)
    return fault(
      'campaign.empty',
      `it selects none of the ${counted(fleet.length, 'client')} of the campaign`,
    );
  if (left === 0) return null;
  return fault(
    'campaign.leftOver',
    `${left} of ${taken + left} selected clients are in no wave; enlarge the waves or end them with one that takes the rest (rest: true)`,
  );
}
