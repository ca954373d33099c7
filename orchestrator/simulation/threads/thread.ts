import { parentPort } from 'node:worker_threads';
import { type RunOrder, runOrder } from './orders.ts';

/** The thread's whole life: one simulation after the other, and the outcome of each. */
const port = parentPort;
if (port === null) throw new Error('this file is run as a thread');
port.on('message', (order: RunOrder) => {
  void runOrder(order).then((outcome) => port.postMessage(outcome));
});
