import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { reportedEnds, verdict } from './expected.ts';
import { connectFleetControl } from './fleet/control-client.ts';

/**
 * Compares a campaign's report with the true state of the machines of a lab fleet, for the ladder
 * of examples/campaign.yaml: `servpack campaign report NAME --json | node test/lab/judge.ts PORT`.
 * Exit code 1 when anything is not as it must be.
 */
const ends = z.enum(reportedEnds);
const report = z.object({ clients: z.array(z.object({ client: z.string(), end: ends.nullable() })) });

const { clients } = report.parse(JSON.parse(await text(process.stdin)));
const control = connectFleetControl({ port: Number(process.argv[2] ?? 7400) });
const truth = await control.truth();
await control.close();
const mismatches = verdict(truth, clients, { relocation: true, workaround: false });
for (const mismatch of mismatches) console.log(mismatch);
console.log(
  mismatches.length === 0
    ? `Every one of ${truth.clients.length} clients ended where its traits and the policy say it must.`
    : `${mismatches.length} things are not as traits and policy say they must be.`,
);
process.exitCode = mismatches.length === 0 && truth.clients.length > 0 ? 0 : 1;
