import { afterEach, beforeEach, describe } from 'vitest';
import type { Store } from '../../shared/store/store.ts';
import { accessContract } from './store/access.contract.ts';
import { answersContract } from './store/answers.contract.ts';
import { admissionContract } from './store/admission.contract.ts';
import { beginContract } from './store/begin.contract.ts';
import { campaignsContract } from './store/campaigns.contract.ts';
import { changesContract } from './store/changes.contract.ts';
import { checkInContract } from './store/check-in.contract.ts';
import { commitIdleContract } from './store/commit-idle.contract.ts';
import { commitContract } from './store/commit.contract.ts';
import { commitRefusedContract } from './store/commit-refused.contract.ts';
import { crowdContract } from './store/crowd.contract.ts';
import { membersContract } from './store/members.contract.ts';
import { membersByNameContract } from './store/members-by-name.contract.ts';
import { removalContract } from './store/removal.contract.ts';
import { factsContract } from './store/facts.contract.ts';
import { deliverContract } from './store/deliver.contract.ts';
import { freeTimesContract } from './store/free-times.contract.ts';
import { fleetContract } from './store/fleet.contract.ts';
import { haltContract } from './store/halt.contract.ts';
import { passSlotOnContract } from './store/pass-slot-on.contract.ts';
import { holdContract } from './store/hold.contract.ts';
import { leaderContract } from './store/leader.contract.ts';
import { noticesContract } from './store/notices.contract.ts';
import { removalsContract } from './store/removals.contract.ts';
import { roomToBeginContract } from './store/room-to-begin.contract.ts';
import { queuedContract } from './store/queued.contract.ts';
import { workerRegistryContract } from './store/worker-registry.contract.ts';
import { sealingContract } from './store/sealing.contract.ts';
import { clientHooksContract } from './store/client-hooks.contract.ts';
import { forwardContract } from './store/forward.contract.ts';
import { forecastsContract } from './store/forecasts.contract.ts';
import { hooksContract } from './store/hooks.contract.ts';
import { requestsContract } from './store/requests.contract.ts';
import { schedulesContract } from './store/schedules.contract.ts';
import { stepTimesContract } from './store/step-times.contract.ts';
import { serverLimitsContract } from './store/server-limits.contract.ts';
import { remediationsContract } from './store/remediations.contract.ts';
import { restartsContract } from './store/restarts.contract.ts';
import { speedContract } from './store/speed.contract.ts';
import { surveysContract } from './store/surveys.contract.ts';
import { sweepContract } from './store/sweep.contract.ts';
import { storeFixture, type StoreFixture } from './store/store-fixture.ts';

/**
 * What every store must do.
 * @param open a store with nothing in it, for each test
 */
export function storeContract(name: string, open: () => Promise<Store>): void {
  describe(`${name}: the store contract`, () => {
    let fixture: StoreFixture;
    beforeEach(async () => {
      fixture = storeFixture(await open());
    });
    afterEach(() => fixture.store.close());

    const given = (): StoreFixture => fixture;
    accessContract(given);
    answersContract(given);
    fleetContract(given);
    removalsContract(given);
    changesContract(() => fixture);
    campaignsContract(given);
    membersContract(given);
    membersByNameContract(given);
    removalContract(given);
    admissionContract(given);
    queuedContract(given);
    speedContract(given);
    remediationsContract(given);
    restartsContract(given);
    serverLimitsContract(given);
    roomToBeginContract(given);
    beginContract(given);
    commitContract(given);
    commitRefusedContract(given);
    commitIdleContract(given);
    passSlotOnContract(given);
    haltContract(given);
    holdContract(given);
    deliverContract(given);
    sweepContract(given);
    sealingContract(given);
    crowdContract(given);
    leaderContract(given);
    checkInContract(given);
    workerRegistryContract(given);
    hooksContract(given);
    forecastsContract(given);
    forwardContract(given);
    clientHooksContract(given);
    requestsContract(given);
    schedulesContract(given);
    noticesContract(given);
    stepTimesContract(given);
    freeTimesContract(given);
    factsContract(given);
    surveysContract(given);
  });
}
