import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { bundleCli } from './bundle-cli';
import { bundleLocalAccount } from './bundle-local-account';

const directory = join(__dirname, '../assets/cli');

rmSync(directory, { recursive: true, force: true });
const file = bundleCli(directory);
bundleLocalAccount(join(directory, 'account'));
console.log(`assets/cli/ecr-oci.js ${statSync(file).size} bytes`);
