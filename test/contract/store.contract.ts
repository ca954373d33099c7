import { afterEach, beforeEach, describe } from 'vitest';
import type { Store } from '../../shared/store/store.ts';
import { admissionContract } from './store/admission.contract.ts';
import { beginContract } from './store/begin.contract.ts';
import { campaignsContract } from './store/campaigns.contract.ts';
import { checkingInContract } from './store/checking-in.contract.ts';
import { commitIdleContract } from './store/commit-at-rest.contract.ts';
import { commitContract } from './store/commit.contract.ts';
import { commitRefusedContract } from './store/commit-refused.contract.ts';
import { crowdContract } from './store/crowd.contract.ts';
import { deliverContract } from './store/deliver.contract.ts';
import { fleetContract } from './store/fleet.contract.ts';
import { haltContract } from './store/halt.contract.ts';
import { handOverContract } from './store/hand-over.contract.ts';
import { leaderContract } from './store/leader.contract.ts';
import { openingsContract } from './store/openings.contract.ts';
import { queuedContract } from './store/queued.contract.ts';
import { workerRegistryContract } from './store/roll-call.contract.ts';
import { sealingContract } from './store/sealing.contract.ts';
import { surveyingContract } from './store/surveying.contract.ts';
import { sweepContract } from './store/sweep.contract.ts';
import { makeWorld, type World } from './store/world.ts';

/**
 * What every store must do.
 * @param open a store with nothing in it, for each test
 */
export function storeContract(name: string, open: () => Promise<Store>): void {
  describe(`${name}: the store contract`, () => {
    let world: World;
    beforeEach(async () => {
      world = makeWorld(await open());
    });
    afterEach(() => world.store.close());

    const given = (): World => world;
    fleetContract(given);
    campaignsContract(given);
    admissionContract(given);
    queuedContract(given);
    openingsContract(given);
    beginContract(given);
    commitContract(given);
    commitRefusedContract(given);
    commitIdleContract(given);
    handOverContract(given);
    haltContract(given);
    deliverContract(given);
    sweepContract(given);
    sealingContract(given);
    crowdContract(given);
    leaderContract(given);
    checkingInContract(given);
    workerRegistryContract(given);
    surveyingContract(given);
  });
}
