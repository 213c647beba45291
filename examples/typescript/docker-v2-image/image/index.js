exports.handler = async () => 'Built as OCI, deployed as Docker V2 Schema 2';
