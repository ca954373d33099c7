import { expectTypeOf, test } from 'vitest';
import type { LeaderContext, OrchestratorContext } from '../../orchestrator/context.ts';
import type { DrivingStore, OperatorStore, Store } from '../../shared/store/store.ts';
import type { WorkerContext } from '../../workers/context.ts';

// The compiler checks these rules (`npm run check`).

/** Ports that only one part of servpack may use, by an operation of each. */
type Sealing = 'moveSeal' | 'markWritten' | 'trimAudit';
type Rebuilding = 'putBackUpgrades' | 'putBackSeal';
type Leading = 'admit' | 'sweep' | 'checkInvariants' | 'lead' | 'resign' | 'noteRoundFailure';

test('a request to the orchestrator cannot seal or trim the audit, rebuild, or do what the leader does', () => {
  expectTypeOf<OrchestratorContext['store']>().toEqualTypeOf<OperatorStore>();
  expectTypeOf<keyof OperatorStore & (Sealing | Rebuilding | Leading)>().toBeNever();
});

test('a round of the leader cannot seal or trim the audit, or rebuild', () => {
  expectTypeOf<keyof LeaderContext['store'] & (Sealing | Rebuilding)>().toBeNever();
});

test('a worker cannot seal or trim the audit, rebuild, lead, or change campaigns and fleet', () => {
  type Foreign = Sealing | Rebuilding | Leading | 'commitCampaign' | 'commitHalt' | 'importFleet';
  expectTypeOf<WorkerContext['store']>().toEqualTypeOf<DrivingStore>();
  expectTypeOf<keyof DrivingStore & Foreign>().toBeNever();
});

test('the operations of the port rules exist', () => {
  expectTypeOf<Sealing | Rebuilding | Leading>().toExtend<keyof Store>();
});
