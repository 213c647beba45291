import { App, Stack } from 'aws-cdk-lib';
import { OciImageRemediation } from '../../../lib'; // in your own app: 'cdk-ecr-oci-remediation'

const app = new App();
const stack = new Stack(app, 'AllRepositories');

new OciImageRemediation(stack, 'Remediation');
