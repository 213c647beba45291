import { rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleCli } from './bundle-cli';
import { bundleLocalAccount } from './bundle-local-account';
import { thirdPartyLicenses } from './third-party-licenses';

const directory = join(__dirname, '../assets/cli');

rmSync(directory, { recursive: true, force: true });
const { file, metafile } = bundleCli(directory);
const functions = bundleLocalAccount(join(directory, 'account'));
writeFileSync(join(directory, 'THIRD-PARTY-LICENSES.txt'), thirdPartyLicenses([metafile, ...functions]));
console.log(`assets/cli/ecr-oci.js ${statSync(file).size} bytes`);
