import { App, Stack } from 'aws-cdk-lib';
import { OciImageRemediation } from 'cdk-ecr-oci-remediation';

const app = new App();
const stack = new Stack(app, 'OciImageRemediation');

new OciImageRemediation(stack, 'Remediation');
