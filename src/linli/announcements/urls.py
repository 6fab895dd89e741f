from django.urls import URLPattern, URLResolver, path

from linli.announcements.views import message, reading, settings, writing

app_name = "announcements"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", reading.mine, name="mine"),
    path("written/", writing.written, name="written"),
    path("new/", writing.new, name="new"),
    path("message/", message.message, name="message"),
    path("settings/", settings.settings, name="settings"),
    path("<int:announcement_id>/", reading.announcement, name="announcement"),
    path("<int:announcement_id>/confirm", reading.confirm, name="confirm"),
    path("<int:announcement_id>/files/<int:number>", reading.file, name="file"),
    path("<int:announcement_id>/edit/", writing.edit, name="edit"),
    path("<int:announcement_id>/receipts/", writing.receipts, name="receipts"),
    path("<int:announcement_id>/submit", writing.submit, name="submit"),
    path("<int:announcement_id>/decide", writing.decide, name="decide"),
    path("<int:announcement_id>/withdraw", writing.withdraw, name="withdraw"),
    path("<int:announcement_id>/correct", writing.correct, name="correct"),
    path("<int:announcement_id>/discard", writing.discard, name="discard"),
]
