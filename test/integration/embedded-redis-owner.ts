// A process that starts a Redis, prints its process id, and runs until it is killed.
import { startEmbeddedRedis } from '../../orchestrator/embedded-redis/start.ts';

const [, , dataDir = '', packagesDir = ''] = process.argv;
const redis = await startEmbeddedRedis({ dataDir, packagesDir, log: { info: () => {}, warn: () => {} } });
process.stdout.write(redis.ok ? `${redis.value.pid}\n` : redis.error.message);
