from django.urls import path

from contactcenter.faces.floor import views

app_name = "floor"

urlpatterns = [
    path("floor/", views.floor, name="floor"),
    path("floor/notices/", views.notices, name="notices"),
    path("floor/notices/<int:notice_id>/end/", views.end_notice, name="notice-end"),
    path("floor/walls/", views.walls, name="walls"),
    path("floor/walls/<int:wallboard_id>/revoke/", views.revoke_wall, name="wall-revoke"),
    path("wall/<str:token>/", views.wall, name="wall"),
]
