import type { AccessStore } from './access-store.ts';
import type { AdmissionStore } from './admission-store.ts';
import type { AnswerStore } from './answer-store.ts';
import type { AuditStore } from './audit-store.ts';
import type { CampaignRemovalStore } from './campaign-removal-store.ts';
import type { CampaignStore } from './campaign-store.ts';
import type { ClientHookStore } from './client-hook-store.ts';
import type { ChangeStore } from './change-store.ts';
import type { CheckInStore } from './check-in-store.ts';
import type { ForwardStore } from './forward-store.ts';
import type { ForecastStore } from './forecast-store.ts';
import type { HealthStore } from './health-store.ts';
import type { NoticeStore } from './notice-store.ts';
import type { FreeTimeStore } from './free-time-store.ts';
import type { FleetStore } from './fleet-store.ts';
import type { LeaderStore } from './leader-store.ts';
import type { RemovalStore } from './removal-store.ts';
import type { RebuildStore } from './rebuild-store.ts';
import type { ReleaseStore } from './release-store.ts';
import type { RequestStore } from './request-store.ts';
import type { RestartStore } from './restart-store.ts';
import type { RoundFailureStore } from './round-failure-store.ts';
import type { SafetyNet } from './safety-net.ts';
import type { SealStore } from './seal-store.ts';
import type { HookStore } from './hook-store.ts';
import type { ScheduleStore } from './schedule-store.ts';
import type { StepTimeStore } from './step-time-store.ts';
import type { SurveyStore } from './survey-store.ts';
import type { UpgradeStore } from './upgrade-store.ts';
import type { WorkerRegistry } from './worker-registry.ts';

/**
 * The store holds the truth of servpack. It consists of small ports, one per use, so that a caller
 * is given only what it needs: a route that reads cannot trim the audit.
 *
 * Two adapters pass one contract suite: Redis (one Lua script per change) and the in-memory twin
 * of the tests. Each change is atomic. Times named `…At` and `at` are policy time; leases are real
 * time. An outcome that a caller must handle is a value. A store that does not answer rejects with
 * `StoreUnavailable`; whether the change was made is unknown then, so the caller reads again. One
 * that answers, but refuses every write, rejects with `StoreUnwritable`.
 */
export interface Store extends OperatorStore, LeadingStore, SealStore, RebuildStore, StepTimeStore {
  close(): Promise<void>;
}

/** What requests of people and clients need. */
export interface OperatorStore
  extends
    AccessStore,
    AnswerStore,
    AuditStore,
    CampaignRemovalStore,
    CampaignStore,
    ChangeStore,
    CheckInStore,
    ClientHookStore,
    FleetStore,
    ForecastStore,
    FreeTimeStore,
    HealthStore,
    HookStore,
    NoticeStore,
    ReleaseStore,
    RemovalStore,
    RequestStore,
    ScheduleStore,
    SurveyStore,
    UpgradeStore,
    WorkerRegistry,
    Pick<LeaderStore, 'leader'>,
    Pick<RestartStore, 'restarts'>,
    Pick<RoundFailureStore, 'roundFailures'> {}

/** What a worker needs: it drives upgrades, makes looks, and reads what they depend on. */
export interface DrivingStore
  extends
    UpgradeStore,
    StepTimeStore,
    SurveyStore,
    WorkerRegistry,
    Pick<HealthStore, 'checkRecords' | 'readTime'>,
    Pick<ChangeStore, 'wakeLeader'>,
    Pick<ClientHookStore, 'askHooks'>,
    Pick<CampaignStore, 'readCampaign' | 'readHalt' | 'counters'>,
    Pick<FleetStore, 'readClient' | 'fleetSize'>,
    Pick<FreeTimeStore, 'freeTimes'>,
    Pick<ReleaseStore, 'readRelease'> {
  close(): Promise<void>;
}

/** What the rounds of the leader need. */
export interface LeadingStore
  extends
    OperatorStore,
    AdmissionStore,
    ForwardStore,
    LeaderStore,
    RestartStore,
    RoundFailureStore,
    SafetyNet {}
