// The life of a realm, by gocloak: `life URL USER PASSWORD`. Prints a line a chapter, "ok NAME" or
// "not ok NAME: why", and exits with the number of failures.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"sort"
	"time"

	"github.com/Nerzal/gocloak/v13"
)

type life struct {
	ctx                          context.Context
	api                          *gocloak.GoCloak
	token, realm                 string
	client, secret, user, reader string
	buyer                        *gocloak.Role
}

// Stops a chapter; main recovers it.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

func is[T any](what string, got, wanted T) {
	if !reflect.DeepEqual(got, wanted) {
		panic(fmt.Errorf("%s: %v where %v is due", what, got, wanted))
	}
}

func refused(what string, err error, code int) {
	var failed *gocloak.APIError
	if !errors.As(err, &failed) || failed.Code != code {
		panic(fmt.Errorf("%s: %v where %d is due", what, err, code))
	}
}

func roleNames(roles []*gocloak.Role) []string {
	names := []string{}
	for _, role := range roles {
		names = append(names, *role.Name)
	}
	sort.Strings(names)
	return names
}

func (l *life) makeRealm() {
	_, err := l.api.CreateRealm(l.ctx, l.token, gocloak.RealmRepresentation{Realm: &l.realm, Enabled: gocloak.BoolP(true)})
	must(err)
	_, err = l.api.CreateRealm(l.ctx, l.token, gocloak.RealmRepresentation{Realm: &l.realm})
	refused("the same realm again", err, 409)
	found, err := l.api.GetRealm(l.ctx, l.token, l.realm)
	must(err)
	found.DisplayName = gocloak.StringP("Life")
	must(l.api.UpdateRealm(l.ctx, l.token, *found))
	found, err = l.api.GetRealm(l.ctx, l.token, l.realm)
	must(err)
	is("display name", *found.DisplayName, "Life")
}

func (l *life) makeClient() {
	var err error
	l.client, err = l.api.CreateClient(l.ctx, l.token, l.realm, gocloak.Client{ClientID: gocloak.StringP("shop"),
		RedirectURIs: &[]string{"https://shop.example/*"}, DirectAccessGrantsEnabled: gocloak.BoolP(true),
		ServiceAccountsEnabled: gocloak.BoolP(true)})
	must(err)
	_, err = l.api.CreateClient(l.ctx, l.token, l.realm, gocloak.Client{ClientID: gocloak.StringP("shop")})
	refused("the same client again", err, 409)
	secret, err := l.api.RegenerateClientSecret(l.ctx, l.token, l.realm, l.client)
	must(err)
	l.secret = *secret.Value
	_, err = l.api.CreateClientRole(l.ctx, l.token, l.realm, l.client, gocloak.Role{Name: gocloak.StringP("buyer")})
	must(err)
	l.buyer, err = l.api.GetClientRole(l.ctx, l.token, l.realm, l.client, "buyer")
	must(err)
	account, err := l.api.GetClientServiceAccount(l.ctx, l.token, l.realm, l.client)
	must(err)
	is("service account", *account.Username, "service-account-shop")
}

func (l *life) makeRoles() {
	_, err := l.api.CreateRealmRole(l.ctx, l.token, l.realm, gocloak.Role{Name: gocloak.StringP("reader")})
	must(err)
	_, err = l.api.CreateRealmRole(l.ctx, l.token, l.realm, gocloak.Role{Name: gocloak.StringP("reader")})
	refused("the same role again", err, 409)
	reader, err := l.api.GetRealmRole(l.ctx, l.token, l.realm, "reader")
	must(err)
	l.reader = *reader.ID
	must(l.api.AddRealmRoleComposite(l.ctx, l.token, l.realm, "reader", []gocloak.Role{*l.buyer}))
	composites, err := l.api.GetCompositeRolesByRoleID(l.ctx, l.token, l.realm, l.reader)
	must(err)
	is("composites", roleNames(composites), []string{"buyer"})
}

func (l *life) makeScope() {
	scope, err := l.api.CreateClientScope(l.ctx, l.token, l.realm, gocloak.ClientScope{
		Name: gocloak.StringP("loyalty"), Protocol: gocloak.StringP("openid-connect")})
	must(err)
	_, err = l.api.CreateClientScopeProtocolMapper(l.ctx, l.token, l.realm, scope, gocloak.ProtocolMappers{
		Name: gocloak.StringP("points"), Protocol: gocloak.StringP("openid-connect"),
		ProtocolMapper: gocloak.StringP("oidc-hardcoded-claim-mapper"),
		ProtocolMappersConfig: &gocloak.ProtocolMappersConfig{ClaimName: gocloak.StringP("points"),
			ClaimValue: gocloak.StringP("8"), JSONTypeLabel: gocloak.StringP("int"),
			AccessTokenClaim: gocloak.StringP("true")}})
	must(err)
	must(l.api.AddDefaultScopeToClient(l.ctx, l.token, l.realm, l.client, scope))
	scopes, err := l.api.GetClientsDefaultScopes(l.ctx, l.token, l.realm, l.client)
	must(err)
	found := false
	for _, one := range scopes {
		found = found || *one.Name == "loyalty"
	}
	is("the scope is there", found, true)
}

func (l *life) makeUser() {
	var err error
	l.user, err = l.api.CreateUser(l.ctx, l.token, l.realm, gocloak.User{Username: gocloak.StringP("Zoe"),
		Email: gocloak.StringP("zoe@example.org"), FirstName: gocloak.StringP("Zoe"),
		LastName: gocloak.StringP("Z"), Enabled: gocloak.BoolP(true)})
	must(err)
	must(l.api.SetPassword(l.ctx, l.token, l.user, l.realm, "pw-of-zoe", false))
	_, err = l.api.CreateUser(l.ctx, l.token, l.realm, gocloak.User{Username: gocloak.StringP("zoe")})
	refused("the same user again", err, 409)
	group, err := l.api.CreateGroup(l.ctx, l.token, l.realm, gocloak.Group{Name: gocloak.StringP("staff")})
	must(err)
	night, err := l.api.CreateChildGroup(l.ctx, l.token, l.realm, group, gocloak.Group{Name: gocloak.StringP("night")})
	must(err)
	must(l.api.AddUserToGroup(l.ctx, l.token, l.realm, l.user, night))
	members, err := l.api.GetGroupMembers(l.ctx, l.token, l.realm, night, gocloak.GetGroupsParams{})
	must(err)
	is("members", len(members), 1)
	reader, err := l.api.GetRealmRoleByID(l.ctx, l.token, l.realm, l.reader)
	must(err)
	must(l.api.AddRealmRoleToGroup(l.ctx, l.token, l.realm, group, []gocloak.Role{*reader}))
	composite, err := l.api.GetCompositeRealmRolesByUserID(l.ctx, l.token, l.realm, l.user)
	must(err)
	held := roleNames(composite)
	is("the group's role is held", held[sort.SearchStrings(held, "reader")], "reader")
}

func (l *life) session() {
	token, err := l.api.Login(l.ctx, "shop", l.secret, l.realm, "zoe", "pw-of-zoe")
	must(err)
	_, claims, err := l.api.DecodeAccessToken(l.ctx, token.AccessToken, l.realm)
	must(err)
	is("points", (*claims)["points"], interface{}(float64(8)))
	is("shop's roles", (*claims)["resource_access"].(map[string]interface{})["shop"],
		interface{}(map[string]interface{}{"roles": []interface{}{"buyer"}}))
	sessions, err := l.api.GetUserSessions(l.ctx, l.token, l.realm, l.user)
	must(err)
	is("sessions", len(sessions), 1)
	must(l.api.LogoutUserSession(l.ctx, l.token, l.realm, *sessions[0].ID))
	answer, err := l.api.RetrospectToken(l.ctx, token.AccessToken, "shop", l.secret, l.realm)
	must(err)
	is("active after the end", *answer.Active, false)
}

func (l *life) end() {
	must(l.api.DeleteUser(l.ctx, l.token, l.realm, l.user))
	must(l.api.DeleteClient(l.ctx, l.token, l.realm, l.client))
	must(l.api.DeleteRealmRole(l.ctx, l.token, l.realm, "reader"))
	must(l.api.DeleteRealm(l.ctx, l.token, l.realm))
	_, err := l.api.GetRealm(l.ctx, l.token, l.realm)
	refused("the realm afterwards", err, 404)
}

func play(name string, chapter func()) (failures int) {
	defer func() {
		if why := recover(); why != nil {
			fmt.Printf("not ok %s: %v\n", name, why)
			failures = 1
		}
	}()
	chapter()
	fmt.Printf("ok %s\n", name)
	return 0
}

func main() {
	l := life{ctx: context.Background(), api: gocloak.NewClient(os.Args[1]),
		realm: fmt.Sprintf("life-%d", time.Now().UnixNano())}
	token, err := l.api.LoginAdmin(l.ctx, os.Args[2], os.Args[3], "master")
	if err != nil {
		fmt.Println("not ok sign-in:", err)
		os.Exit(1)
	}
	l.token = token.AccessToken
	failures := 0
	for _, chapter := range []struct {
		name string
		play func()
	}{
		{"a realm", l.makeRealm}, {"a client and its roles", l.makeClient}, {"roles", l.makeRoles},
		{"a scope and a mapper", l.makeScope}, {"a user and groups", l.makeUser}, {"a session", l.session},
		{"all of it goes", l.end},
	} {
		failures += play(chapter.name, chapter.play)
	}
	os.Exit(failures)
}
