/**
 * Each of the hundreds of test files is a process that reads the same modules, and so is each service that a test starts:
 * compiled once, they are read in half the time.
 */
import module from 'node:module';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../../node_modules/.cache/homeward/compiled');
module.enableCompileCache(folder);
process.env['NODE_COMPILE_CACHE'] = folder;
