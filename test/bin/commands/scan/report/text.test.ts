import { Output } from '../../../../../bin/cli/output';
import { tableHead, tableRow } from '../../../../../bin/commands/scan/report/text';
import { Written } from '../../../../support/written';
import { ASKED, aRow, refused } from './rows';

test('columns have their heads above them', () => {
  const output = new Output(false, { stdout: new Written(), stderr: new Written() });
  const line = tableRow(refused('v3', 'zstd'), ASKED, output);
  expect(line).toBe('refused zstd-layer            OCI image    no         yes     team/app:v3');
  expect(tableHead(ASKED).indexOf('IMAGE')).toBe(line.indexOf('team/app'));
  expect(tableRow(aRow({ kind: 'artifact', format: 'artifact' }), ASKED, output)).toMatch(/artifact {5}- {10}-/);
});
