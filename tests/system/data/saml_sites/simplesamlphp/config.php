<?php
// SimpleSAMLphp's configuration; what a test chooses is in the JSON file SITE_SETTINGS.
$here = json_decode(file_get_contents(getenv('SITE_SETTINGS')), true);
$config = [
	'baseurlpath' => $here['url'] . '/simplesaml/',
	'certdir' => dirname($here['key']) . '/',
	'loggingdir' => $here['folder'] . '/',
	'datadir' => $here['folder'] . '/',
	'tempdir' => $here['folder'] . '/temp',
	'secretsalt' => $here['secret'],
	'auth.adminpassword' => $here['secret'],
	'technicalcontact_email' => 'nobody@example.org',
	'timezone' => 'UTC',
	'debug' => ['saml' => true, 'backtraces' => true, 'validatexml' => false],
	'logging.level' => SimpleSAML\Logger::NOTICE,
	'logging.handler' => 'errorlog',
	'session.cookie.secure' => false,
	'session.cookie.samesite' => null,
	'session.phpsession.savepath' => $here['folder'],
	'language.cookie.secure' => false,
	'language.cookie.samesite' => null,
	'store.type' => 'phpsession',
	'module.enable' => ['core' => true, 'saml' => true],
	'metadata.sources' => [['type' => 'xml', 'file' => $here['provider']]],
];
