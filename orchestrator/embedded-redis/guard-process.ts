import { text } from 'node:stream/consumers';
import { isGone } from './processes.ts';
import { endOrphan } from './start.ts';

/**
 * `node guard-process.ts DATA-FOLDER OWNER`: waits until its standard input ends, which is when the
 * owner has ended without ending this guard. Each line of the input is the process id of a worker.
 */

/** A worker that stops ends within ten seconds (`stopDeadlines`). */
const workerMs = 10_000;

const [dataDir = '', owner = ''] = process.argv.slice(2);
const workers = (await text(process.stdin)).split('\n').filter((line) => line !== '');
await Promise.all(workers.map((pid) => isGone(Number(pid), workerMs)));
await endOrphan(dataDir, Number(owner));
