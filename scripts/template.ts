import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parameterTable } from './template/parameter-table';
import { buildTemplate } from './template/template';
import { toYaml } from './template/yaml';

const FILE = 'dist/ecr-oci-remediation.template.yaml';

const root = join(__dirname, '..');
const template = buildTemplate();
const text = toYaml(template);
mkdirSync(join(root, 'dist'), { recursive: true });
writeFileSync(join(root, FILE), text);
const count = (section: string): number => Object.keys(template[section] ?? {}).length;
console.log(
  `${FILE} ${Buffer.byteLength(text)} bytes, ${count('Resources')} resources, ${count('Parameters')} parameters, ${count('Conditions')} conditions`,
);

const page = join(root, 'docs/cloudformation.md');
const [before, after] = readFileSync(page, 'utf8').split(/(?<=^## Parameters\n)[\s\S]*?(?=^## )/m);
writeFileSync(page, `${before}\n${parameterTable()}\n\n${after}`);
