package sim

// telegramCall is a method of the Bot API that tanggap uses, with those of its parameters that it uses
// and their types in the words of https://core.telegram.org/bots/api (Bot API 10.1). What is not here
// is refused, so that a misspelt parameter, which Telegram would ignore, fails a test.
type telegramCall struct {
	params map[string]telegramParam
	sends  bool // makes a message that a citizen sees
}

type telegramParam struct {
	types    []string
	required bool
}

func tgNeeds(types ...string) telegramParam { return telegramParam{types: types, required: true} }
func tgTakes(types ...string) telegramParam { return telegramParam{types: types} }

var telegramCalls = map[string]telegramCall{
	"getMe": {},
	"getUpdates": {params: map[string]telegramParam{
		"offset":          tgTakes("Integer"),
		"limit":           tgTakes("Integer"),
		"timeout":         tgTakes("Integer"),
		"allowed_updates": tgTakes("Array of String"),
	}},
	"setWebhook": {params: map[string]telegramParam{
		"url":             tgNeeds("String"),
		"max_connections": tgTakes("Integer"),
		"allowed_updates": tgTakes("Array of String"),
		"secret_token":    tgTakes("String"),
	}},
	"deleteWebhook":  {},
	"getWebhookInfo": {},
	"sendMessage": {sends: true, params: tgSending(map[string]telegramParam{
		"text":                 tgNeeds("String"),
		"link_preview_options": tgTakes("LinkPreviewOptions"),
		"reply_markup":         tgTakes("InlineKeyboardMarkup"),
		"parse_mode":           tgTakes("String"),
	})},
	"sendPhoto": {sends: true, params: tgSending(map[string]telegramParam{
		"photo":        tgNeeds("InputFile", "String"),
		"caption":      tgTakes("String"),
		"reply_markup": tgTakes("InlineKeyboardMarkup"),
	})},
	"sendDocument": {sends: true, params: tgSending(map[string]telegramParam{
		"document":                       tgNeeds("InputFile", "String"),
		"caption":                        tgTakes("String"),
		"disable_content_type_detection": tgTakes("Boolean"),
		"reply_markup":                   tgTakes("InlineKeyboardMarkup"),
	})},
	"sendMediaGroup": {sends: true, params: tgSending(map[string]telegramParam{
		"media": tgNeeds("Array of InputMediaDocument", "Array of InputMediaPhoto"),
	})},
	"answerCallbackQuery": {params: map[string]telegramParam{
		"callback_query_id": tgNeeds("String"),
		"text":              tgTakes("String"),
	}},
	"setMyCommands": {params: map[string]telegramParam{
		"commands":      tgNeeds("Array of BotCommand"),
		"language_code": tgTakes("String"),
	}},
	"getFile": {params: map[string]telegramParam{
		"file_id": tgNeeds("String"),
	}},
}

// tgSending adds what every sending method takes.
func tgSending(params map[string]telegramParam) map[string]telegramParam {
	params["chat_id"] = tgNeeds("Integer", "String")
	params["message_thread_id"] = tgTakes("Integer")
	params["reply_parameters"] = tgTakes("ReplyParameters")
	return params
}

// telegramObject are the fields that the types in telegramCalls may have here, the required ones true.
var telegramObject = map[string]map[string]bool{
	"LinkPreviewOptions":   {"is_disabled": false},
	"ReplyParameters":      {"message_id": true, "chat_id": false, "allow_sending_without_reply": false},
	"InlineKeyboardMarkup": {"inline_keyboard": true},
	"InlineKeyboardButton": {"text": true, "callback_data": false},
	"BotCommand":           {"command": true, "description": true},
	"InputMediaPhoto":      {"type": true, "media": true, "caption": false},
	"InputMediaDocument":   {"type": true, "media": true, "caption": false, "disable_content_type_detection": false},
}
