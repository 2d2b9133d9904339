<?php
// The service provider of the site.
$here = json_decode(file_get_contents(getenv('SITE_SETTINGS')), true);
$config = [
	'default-sp' => [
		'saml:SP',
		'entityID' => $here['url'] . '/simplesaml/module.php/saml/sp/metadata.php/default-sp',
		'idp' => $here['issuer'],
		'privatekey' => basename($here['key']),
		'certificate' => basename($here['certificate']),
		'sign.authnrequest' => true,
		'sign.logout' => true,
		'redirect.sign' => true,
		'redirect.validate' => true,
		'validate.logout' => true,
		'WantAssertionsSigned' => true,
		'signature.algorithm' => 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
	],
];
