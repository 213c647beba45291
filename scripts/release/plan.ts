import manifest from '../../package.json';

interface Publication {
  /** The job of .github/workflows/release.yml that does it. */
  readonly job: string;
  readonly what: string;
  readonly where: string;
  readonly signsInWith: string;
}

const OIDC = 'trusted publishing (OIDC)';

/** What is published where. */
export function publications(assets: readonly string[]): readonly Publication[] {
  const { name, version, jsii } = manifest;
  const { python, java, dotnet, go } = jsii.targets;
  const npm = (tarball: string) => ({ job: 'npm', what: tarball, where: 'npm, with provenance', signsInWith: OIDC });
  return [
    npm(`${name}-${version}.tgz`),
    npm(`ecr-oci-${version}.tgz`),
    { job: 'pypi', what: `${python.distName} ${version}`, where: 'PyPI, with attestations', signsInWith: OIDC },
    { job: 'nuget', what: `${dotnet.packageId} ${version}`, where: 'NuGet', signsInWith: OIDC },
    {
      job: 'maven',
      what: `${java.maven.groupId}:${java.maven.artifactId}:${version}`,
      where: 'Maven Central, signed with GPG',
      signsInWith: 'secrets: it has no OIDC',
    },
    {
      job: 'go',
      what: `${go.moduleName}/${go.packageName} v${version}`,
      where: 'its repository',
      signsInWith: 'a token for it alone',
    },
    ...assets.map((what) => ({
      job: 'github',
      what,
      where: `GitHub release v${version}, attested`,
      signsInWith: 'the token of the job',
    })),
  ];
}

export function planText(assets: readonly string[]): string {
  const rows = publications(assets).map(({ job, what, where, signsInWith }) => [job, what, where, signsInWith]);
  const widths = [0, 1, 2].map((at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows.map((row) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ')).join('\n');
}
