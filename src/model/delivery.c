/* Names of states and channels; see delivery.h. */
#include "model/delivery.h"

#include "base/tables.h"

static const char *const states[] = {
	[DELIVERY_QUEUED] = "queued",
	[DELIVERY_SENDING] = "sending",
	[DELIVERY_WAITING] = "waiting",
	[DELIVERY_WAITING_BROWSER] = "waiting-for-browser",
	[DELIVERY_DELIVERED] = "delivered",
	[DELIVERY_UNCONFIRMED] = "unconfirmed",
	[DELIVERY_ASKED_BROWSER] = "asked-through-browser",
	[DELIVERY_GAVE_UP] = "gave-up",
	[DELIVERY_SUPERSEDED] = "superseded",
	[DELIVERY_CANCELLED] = "cancelled",
	[DELIVERY_NOT_POSSIBLE] = "not-possible",
	[DELIVERY_NOT_TOLD] = "not-told",
};

const char *delivery_state_name(enum delivery_state state)
{
	return states[state];
}

bool delivery_state_of(struct str name, enum delivery_state *ret_state)
{
	for (size_t i = 0; i < ARRAY_LENGTH(states); i++) {
		if (!str_eq_z(name, states[i]))
			continue;
		*ret_state = (enum delivery_state)i;
		return true;
	}
	return false;
}

bool delivery_state_owed(enum delivery_state state)
{
	return state == DELIVERY_QUEUED || state == DELIVERY_SENDING || state == DELIVERY_WAITING;
}

bool delivery_state_settled(enum delivery_state state)
{
	return !delivery_state_owed(state) && state != DELIVERY_WAITING_BROWSER;
}

bool delivery_state_told(enum delivery_state state)
{
	return state == DELIVERY_DELIVERED || state == DELIVERY_SUPERSEDED;
}

bool signout_settled(const struct signout *signout)
{
	for (size_t i = 0; i < signout->deliveries_n; i++)
		if (!delivery_state_settled(signout->deliveries[i].state))
			return false;
	return !signout->ending && !signout->sessions_owed;
}

bool signout_told(const struct signout *signout)
{
	for (size_t i = 0; i < signout->deliveries_n; i++)
		if (!delivery_state_told(signout->deliveries[i].state))
			return false;
	return !signout->ending && !signout->sessions_untold;
}

static const char *const channels[CHANNELS] = {
	[CHANNEL_BACKCHANNEL] = "back-channel",
	[CHANNEL_ADMIN_URL] = "admin-url",
	[CHANNEL_SAML_SOAP] = "saml-soap",
	[CHANNEL_SAML_POST] = "saml-post",
	[CHANNEL_FRONT] = "front-channel",
	[CHANNEL_SAML_BROWSER] = "saml-browser",
	[CHANNEL_NONE] = "none",
};

const char *channel_name(enum channel channel)
{
	return channels[channel];
}

bool channel_of(struct str name, enum channel *ret_channel)
{
	for (size_t i = 0; i < ARRAY_LENGTH(channels); i++) {
		if (!str_eq_z(name, channels[i]))
			continue;
		*ret_channel = (enum channel)i;
		return true;
	}
	return false;
}

bool channel_is_server(enum channel channel)
{
	return channel == CHANNEL_BACKCHANNEL || channel == CHANNEL_ADMIN_URL || channel == CHANNEL_SAML_SOAP ||
	       channel == CHANNEL_SAML_POST;
}
