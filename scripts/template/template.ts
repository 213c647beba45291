import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { CHOICES, type ChoiceName, type Json } from './choices';
import { replacePlaceholders } from './placeholders';
import { placeConditions } from './repository-list';
import { RULES } from './rules';
import { Section } from './section';
import { TemplateStack } from './stack';
import { ALL_ON, fieldOf, type Variants } from './weave';

/** The whole service as one CloudFormation template, in which parameters decide what the construct decides at synth. */
export function buildTemplate(): { readonly [section: string]: Json } {
  const outdir = mkdtempSync(join(tmpdir(), 'template-'));
  try {
    return templateOf(variantsIn(outdir));
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

function variantsIn(outdir: string): Variants {
  const known = new Map<string, Json>();
  return (off) => {
    const key = [...off].sort().join();
    const variant = known.get(key) ?? synthesize(join(outdir, `${known.size}`), (choice) => !off.has(choice));
    known.set(key, variant);
    return variant;
  };
}

function synthesize(outdir: string, isOn: (choice: ChoiceName) => boolean): Json {
  const app = new App({
    outdir,
    analyticsReporting: false,
    treeMetadata: false,
    builtinCloudFormationValidation: false,
  });
  const stack = new TemplateStack(app, isOn);
  return replacePlaceholders(app.synth().getStackArtifact(stack.artifactId).template);
}

function templateOf(variants: Variants): { readonly [section: string]: Json } {
  const conditions: Record<string, Json> = {
    ...Object.fromEntries(CHOICES.map(({ name, condition }) => [name, condition])),
    ...placeConditions('Repositories'),
    ...placeConditions('ExcludedRepositories'),
  };
  const Resources = new Section(variants, 'Resources', conditions).build();
  const Outputs = new Section(variants, 'Outputs', conditions).build();
  const same = (name: string): Json => fieldOf(variants(ALL_ON), name) ?? {};
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: same('Description'),
    Metadata: same('Metadata'),
    Parameters: same('Parameters'),
    Rules: RULES,
    Conditions: conditions,
    Resources,
    Outputs,
  };
}
