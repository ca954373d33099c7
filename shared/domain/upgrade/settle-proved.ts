import type { Ending } from '../outcome/ending.ts';
import type { ProductRules, Rules, SwapRules } from '../rules/policy.ts';
import type { Decision } from './events.ts';
import { openOnClient } from './memory.ts';
import type { Upgrade } from './state.ts';
import { settle } from './transitions.ts';

/** A look proved the release: `upgraded` where servpack did something, else `alreadyCurrent`. */
export function settleProved({ isRebuilt = false, product }: Rules, upgrade: Upgrade, at: number): Decision {
  const proved = provedFor(product);
  const { memory } = upgrade;
  const isUntouched = openOnClient(memory).length === 0 && memory.learned.relocation === 'none';
  if (!isUntouched) return settle(upgrade, proved, at);
  return settle(upgrade, isRebuilt ? provedAfterRebuild(proved) : alreadyCurrent, at);
}

const alreadyCurrent: Ending = {
  end: 'alreadyCurrent',
  cause: 'already current',
  because: 'it was current before anything was done: every file has the hash of the release',
  blockers: [],
};

const provedFor = ({ swap }: ProductRules): Ending => ({
  end: 'upgraded',
  cause: 'proved',
  because: swap === null ? provedByClient : provedByPush(swap),
  blockers: [],
});

const provedByClient =
  'its setup phase is installed, nothing is left to download, every file has the hash of the release';

const provedByPush = ({ service }: SwapRules): string =>
  `every file has the hash of the release${service === null ? '' : `, and ${service} is as before`}`;

/** The proof is the same; the records that said who upgraded the client were lost. */
const provedAfterRebuild = (proved: Ending): Ending => ({
  ...proved,
  because: `${proved.because}; whether this campaign did it is not known, for its records were rebuilt`,
});
