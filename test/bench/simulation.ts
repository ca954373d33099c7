import { unwrapped } from '../fixtures/unwrapped.ts';
import { simulateFile } from '../../orchestrator/simulation/threads/simulate.ts';
import { simulatedProfile } from '../../orchestrator/simulation/threads/surroundings.ts';

/**
 * The whole answer of `servpack campaign simulate` for a large fleet, with its report, timeline,
 * replicates and what would make it faster: how long it takes, how much CPU, and how much memory.
 * Usage: node test/bench/simulation.ts [clients, 100000 if left out]
 */
const clients = Number(process.argv[2] ?? 100_000);

/** So few slots that the campaign takes three weeks. */
const active = Math.max(12, Math.round(clients / 1_700));

const text = `
campaign: large
release: sms-1.2-sp4
waves:
  - { name: canary, count: ${clients / 1_000}, gate: { settled: 80 %, failures: 100 %, minSample: 5, soak: 12h } }
  - { name: early, percent: 10 %, gate: { settled: 80 %, failures: 100 %, minSample: 5 } }
  - { name: rest, rest: true, gate: { failures: 100 % } }
budgets: { active: ${active}, perLogonServer: 10 }
window: { between: "20:00-06:00" }
`;

const begun = performance.now();
const answer = unwrapped(
  await simulateFile({
    file: 'large.yaml',
    text,
    fleet: { count: clients },
    seed: '7',
    startAt: Date.UTC(2026, 10, 23, 17),
    approvalMs: 4 * 3_600_000,
    profile: unwrapped(simulatedProfile()),
  }),
);
const seconds = (performance.now() - begun) / 1_000;
const { user, system } = process.cpuUsage();
const { maxRSS } = process.resourceUsage();
console.log(`${clients} clients, ${((answer.tookMs ?? 0) / 86_400_000).toFixed(1)} days simulated`);
console.log(`P50 ${answer.end.p50}, P90 ${answer.end.p90}: ${answer.end.replicates} replicates`);
for (const { says } of answer.faster) console.log(`faster: ${says}`);
console.log(
  `${seconds.toFixed(1)} s, ${((user + system) / 1e6).toFixed(1)} s of CPU, ${(maxRSS / 1024).toFixed(0)} MiB at most`,
);
