<?php
// A site with SimpleSAMLphp: PHP's own server runs this for every address without a file.
require '/usr/share/simplesamlphp/lib/_autoload.php';
$here = json_decode(file_get_contents(getenv('SITE_SETTINGS')), true);
$visitor = new SimpleSAML\Auth\Simple('default-sp');
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if ($path === '/login') {
	$visitor->login(['ReturnTo' => $here['url'] . '/']);
} elseif ($path === '/logout') {
	$visitor->logout($here['url'] . '/');
} elseif (!$visitor->isAuthenticated()) {
	echo '<p id="nobody">Nobody is signed in.</p>';
} else {
	$email = $visitor->getAttributes()['email'][0];
	echo '<p id="user">' . htmlspecialchars($email) . '</p>';
}
